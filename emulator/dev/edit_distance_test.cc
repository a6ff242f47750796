#include "emulator/dev/edit_distance.h"

#include <gtest/gtest.h>

namespace hearth {
namespace {

constexpr std::string_view kKeys[] = {"timeout", "init", "memory", "request", "response", "log", "max_instances"};

TEST(EditDistanceTest, CountsEachKindOfEditOnce) {
  EXPECT_EQ(EditDistance("", "", 3), 0u);
  EXPECT_EQ(EditDistance("memory", "memory", 3), 0u);
  EXPECT_EQ(EditDistance("timout", "timeout", 3), 1u) << "insertion";
  EXPECT_EQ(EditDistance("timeoutt", "timeout", 3), 1u) << "deletion";
  EXPECT_EQ(EditDistance("tineout", "timeout", 3), 1u) << "substitution";
  EXPECT_EQ(EditDistance("tiemout", "timeout", 3), 1u) << "swap of neighbours";
  EXPECT_EQ(EditDistance("ab", "ba", 1), 1u);
  EXPECT_EQ(EditDistance("kitten", "sitting", 5), 3u);
  EXPECT_EQ(EditDistance("", "abc", 3), 3u);
}

TEST(EditDistanceTest, StopsAtTheBound) {
  EXPECT_EQ(EditDistance("kitten", "sitting", 2), 3u);
  EXPECT_EQ(EditDistance("abcdefgh", "x", 2), 3u);
  EXPECT_EQ(EditDistance("aaaaaaaa", "bbbbbbbb", 1), 2u);
  EXPECT_EQ(EditDistance("a", "b", 0), 1u);
}

TEST(EditDistanceTest, IsSymmetric) {
  for (std::string_view a : kKeys) {
    for (std::string_view b : kKeys) EXPECT_EQ(EditDistance(a, b, 20), EditDistance(b, a, 20)) << a << " " << b;
  }
}

TEST(ClosestTest, FindsWhatWasMeant) {
  EXPECT_EQ(Closest("timout", kKeys), "timeout");
  EXPECT_EQ(Closest("memroy", kKeys), "memory");
  EXPECT_EQ(Closest("reponse", kKeys), "response");
  EXPECT_EQ(Closest("maxInstances", kKeys), "max_instances");
  EXPECT_EQ(Closest("MEMORY", kKeys), "memory");
  EXPECT_EQ(Closest("logs", kKeys), "log");
}

TEST(ClosestTest, KeepsSilentWhenNothingIsNear) {
  EXPECT_EQ(Closest("colour", kKeys), std::nullopt);
  EXPECT_EQ(Closest("x", kKeys), std::nullopt);
  EXPECT_EQ(Closest("", kKeys), std::nullopt);
  EXPECT_EQ(Closest("timeout", {}), std::nullopt);
  constexpr std::string_view kShort[] = {"a"};
  EXPECT_EQ(Closest("b", kShort), std::nullopt);
}

TEST(ClosestTest, TheNearestWinsAndThenTheFirst) {
  constexpr std::string_view kNear[] = {"handlers", "handler", "handled"};
  EXPECT_EQ(Closest("handler", kNear), "handler");
  EXPECT_EQ(Closest("handlex", kNear), "handler");
}

}  // namespace
}  // namespace hearth
