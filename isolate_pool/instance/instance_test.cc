// What makes a fork an instance: an identity of its own, and limits that hold. Runs inside the Node binary.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/strings.h"
#include "isolate_pool/engine/engine_harness.h"
#include "isolate_pool/instance/memory_limit.h"
#include "isolate_pool/instance/runtime.h"

namespace hearth {
namespace {

using engine::Evaluate;
using engine::InFork;
using engine::TheEngine;
using testing::HasSubstr;

constexpr uint64_t kMegabyte = 1 << 20;

// Loaded and warmed once, as in the zygote.
Runtime& WarmRuntime() {
  static Runtime* runtime = [] {
    std::string error;
    Runtime* loaded = Runtime::Load(TheEngine(), &error).release();
    if (loaded != nullptr) error = loaded->Warm();
    if (!error.empty()) {
      std::fprintf(stderr, "%s\n", error.c_str());
      _exit(1);
    }
    return loaded;
  }();
  return *runtime;
}

// What the body gives in an instance that has been assigned a function (of which there is no file: that fails later).
std::string InInstance(std::string_view body) {
  WarmRuntime();
  return InFork([body] {
    internal::Assignment assignment;
    assignment.set_instance("f-1");
    assignment.set_directory("/");
    assignment.set_entry("/nowhere/index.js");
    WarmRuntime().Assign(assignment);
    return Evaluate(body);
  });
}

TEST(InstanceTest, TheWarmUpLeavesNothingBehind) {
  WarmRuntime();
  EXPECT_EQ(Evaluate("return process.getActiveResourcesInfo().length"), "0");
  TheEngine().PrepareFork();
  EXPECT_EQ(engine::Evaluate("return String(process.mainModule)"), "undefined");
}

class RandomnessTest : public testing::TestWithParam<const char*> {};

TEST_P(RandomnessTest, DiffersBetweenInstances) {
  const std::string body = StrCat("return String(", GetParam(), ")");
  const std::string first = InInstance(body);
  EXPECT_GT(first.size(), 8u) << first;
  EXPECT_NE(first, InInstance(body));
}

INSTANTIATE_TEST_SUITE_P(Sources, RandomnessTest,
                         testing::Values("Math.random()", "require('crypto').randomUUID()",
                                         "require('crypto').randomBytes(8).toString('hex')",
                                         "require('crypto').randomInt(2 ** 47) + ' of 2 ** 47'",
                                         "crypto.getRandomValues(new Uint32Array(4)).join()"));

TEST(InstanceTest, MathRandomIsUniform) {
  EXPECT_EQ(InInstance(R"(
    let sum = 0;
    for (let i = 0; i < 1e5; i++) {
      const x = Math.random();
      if (!(x >= 0 && x < 1)) return x;
      sum += x;
    }
    return Math.abs(sum / 1e5 - 0.5) < 0.01)"),
            "true");
}

TEST(InstanceTest, ProcessIdentityIsItsOwn) {
  EXPECT_EQ(InInstance("return String(process.pid) === require('fs').readlinkSync('/proc/self')"), "true");
  EXPECT_EQ(InInstance("return process.argv[1] + ' ' + process.cwd() + ' ' + process.title"),
            "/nowhere/index.js / hearth: f-1");
}

TEST(InstanceTest, TimeCountsFromTheFork) {
  EXPECT_EQ(InInstance(R"(
    const { performance } = require('perf_hooks');
    const off = Math.abs(performance.timeOrigin + performance.now() - Date.now());
    return performance.now() < 5000 && performance.mark('m').startTime <= performance.now() && off < 1000)"),
            "true");
}

TEST(MemoryLimitTest, LeavesHalfToTheHeapAtLeast) {
  EXPECT_EQ(MemoryLimit::HeapLimit(96 * kMegabyte), 48 * kMegabyte);
  EXPECT_EQ(MemoryLimit::HeapLimit(512 * kMegabyte), 448 * kMegabyte);
}

TEST(MemoryLimitTest, ABreachInAForkIsReportedWithTheStackOfTheCodeThatAllocates) {
  WarmRuntime();
  for (const uint64_t limit : {128 * kMegabyte, 256 * kMegabyte}) {
    const std::string report = InFork([limit] {
      int answer[2];
      if (pipe(answer) != 0) return std::string("no pipe");
      const pid_t child = fork();
      if (child == 0) {
        const MemoryLimit watch(TheEngine().isolate(), limit,
                                [&](uint64_t used, const std::vector<std::string>& stack) {
                                  const std::string text = StrCat(used / kMegabyte, " ", StrJoin(stack, "|"));
                                  _exit(write(answer[1], text.data(), text.size()) > 0 ? 0 : 1);
                                });
        Evaluate("const kept = []; function hoard() { for (;;) kept.push([{}, {}, {}, {}, {}, {}, {}, {}]); } hoard()");
        _exit(2);
      }
      close(answer[1]);
      char buffer[4096];
      const ssize_t size = read(answer[0], buffer, sizeof buffer);
      return size > 0 ? std::string(buffer, static_cast<size_t>(size)) : std::string("died without a word");
    });
    EXPECT_THAT(report, HasSubstr("hoard"));
    const uint64_t used = std::strtoull(report.c_str(), nullptr, 10) * kMegabyte;
    EXPECT_GT(used, MemoryLimit::HeapLimit(limit) / 2) << report;
    EXPECT_LT(used, limit) << report;
  }
}

}  // namespace
}  // namespace hearth
