#include "emulator/dev/host_config.h"

#include <gtest/gtest.h>

#include "emulator/dev/temp_folder.h"

namespace hearth {
namespace {

using namespace std::chrono_literals;

class HostConfigTest : public testing::Test {
 protected:
  absl::StatusOr<HostConfig> Read(const std::string& text) {
    folder_.Write("host.toml", text);
    return HostConfig::Read(folder_.Path("host.toml"));
  }
  // The message without the folder.
  std::string Error(const std::string& text) { return Shown(Read(text).status()); }
  std::string Shown(const absl::Status& status) {
    std::string message(status.message());
    const std::string prefix = folder_.Path() + "/";
    for (size_t at; (at = message.find(prefix)) != std::string::npos;) message.erase(at, prefix.size());
    return message;
  }

  TempFolder folder_;
};

constexpr char kExample[] = R"(
[defaults.limits]
memory = "256MB"
timeout = "50s"
[defaults.scaling]
max_instances = 20

[tenants.acme.limits]
timeout = "30s"
cpu = "1s"
request = "1MB"
[tenants.acme.scaling]
max_instances = 50
max_concurrency = 200
rate = 100
burst = 150
)";

TEST_F(HostConfigTest, DefaultsAreForFunctionsThatSayNothing) {
  const auto config = Read(kExample);
  ASSERT_TRUE(config.ok()) << config.status();
  FunctionSpec spec;
  spec.limits.memory_bytes = 128 * kMegabyte;
  spec.configured["limits.memory"] = "f/hearth.toml:2";
  ASSERT_TRUE(config->Apply(&spec).ok());
  EXPECT_EQ(spec.limits.memory_bytes, 128 * kMegabyte);
  EXPECT_EQ(spec.limits.timeout, 50s);
  EXPECT_EQ(spec.scaling.max_instances, 20u);
  EXPECT_EQ(spec.scaling.queue_length, Scaling().queue_length);
}

TEST_F(HostConfigTest, ADefaultAboveTheTenantsMaximumIsLowered) {
  const auto config = Read(kExample);
  ASSERT_TRUE(config.ok()) << config.status();
  FunctionSpec spec;
  spec.tenant = "acme";
  ASSERT_TRUE(config->Apply(&spec).ok());
  EXPECT_EQ(spec.limits.timeout, 30s);
  EXPECT_EQ(spec.limits.cpu, 1s) << "none is more than any";
  EXPECT_EQ(RequestLimit(spec.limits, FunctionKind::kLambda), kMegabyte);
  EXPECT_EQ(RequestLimit(spec.limits, FunctionKind::kFetch), kMegabyte);
  EXPECT_EQ(spec.limits.memory_bytes, 256 * kMegabyte);
}

TEST_F(HostConfigTest, AFunctionThatAsksForMoreIsAnErrorThatNamesBothPlaces) {
  const auto config = Read(kExample);
  ASSERT_TRUE(config.ok()) << config.status();
  FunctionSpec spec;
  spec.tenant = "acme";
  spec.limits.timeout = 10min;
  spec.configured["limits.timeout"] = "f/hearth.toml:3";
  EXPECT_EQ(Shown(config->Apply(&spec)),
            "f/hearth.toml:3: [limits] timeout: \"10m\" is more than tenant \"acme\" may have: 30s (host.toml:9)");
  spec.limits.timeout = 30s;
  EXPECT_TRUE(config->Apply(&spec).ok());
}

TEST_F(HostConfigTest, ATenantHasABudget) {
  const auto config = Read(kExample);
  ASSERT_TRUE(config.ok()) << config.status();
  const TenantBudget& budget = config->budgets().at("acme");
  EXPECT_EQ(budget.max_instances, 50u);
  EXPECT_EQ(budget.max_concurrency, 200u);
  EXPECT_EQ(budget.rate, 100u);
  EXPECT_EQ(budget.burst, 150u);
  EXPECT_EQ(config->budgets().size(), 1u);
}

TEST_F(HostConfigTest, MistakesAreNamedWithTheirPlace) {
  EXPECT_EQ(Error("[default.limits]\n"), "host.toml:1: unknown key \"default\"; did you mean \"defaults\"?");
  EXPECT_EQ(Error("[defaults.limit]\n"), "host.toml:1: unknown key \"limit\" in [defaults]; did you mean \"limits\"?");
  EXPECT_EQ(Error("[tenants.a.scaling]\nrat = 1\n"),
            "host.toml:2: unknown key \"rat\" in [tenants.a.scaling]; did you mean \"rate\"?");
  EXPECT_EQ(Error("[tenants.a.limits]\nmemory = \"1MB\"\n"),
            "host.toml:2: [tenants.a.limits] memory: \"1MB\" is out of range: 96MB to 10GB");
  EXPECT_EQ(Error("[tenants.\"a b\".limits]\n").substr(0, 45), "host.toml:1: [tenants]: \"a b\" is not a tenant");
  EXPECT_EQ(Error("[tenants.a.scaling]\nburst = 3\n"),
            "host.toml:1: [tenants.a.scaling] burst: goes with rate, which is not set");
  EXPECT_EQ(Error("tenants = 3\n"), "host.toml:1: [tenants]: expected a table, not an integer");
}

TEST_F(HostConfigTest, AFileThatIsNotThereIsAnError) { EXPECT_FALSE(HostConfig::Read(folder_.Path("none.toml")).ok()); }

}  // namespace
}  // namespace hearth
