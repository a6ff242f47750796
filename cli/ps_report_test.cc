#include "cli/ps_report.h"

#include <boost/json.hpp>

#include "cli/evict.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth {
namespace {

namespace json = boost::json;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

v1::Instance& Add(v1::ListInstancesResponse& list, const std::string& function, int number) {
  v1::Instance& instance = *list.add_instances();
  instance.set_function(function);
  instance.set_version(3);
  instance.set_id(function + "-" + std::to_string(number));
  instance.set_pid(1000 + number);
  instance.set_state(v1::Instance::STATE_READY);
  instance.set_start("zygote");
  instance.set_served(12);
  instance.mutable_age()->set_seconds(72);
  instance.mutable_idle()->set_seconds(3);
  instance.set_resident_bytes(49 << 20);
  instance.mutable_cpu()->set_nanos(40'000'000);
  return instance;
}

void AddTemplate(v1::ListInstancesResponse& list, const std::string& function) {
  v1::Template& process = *list.add_templates();
  process.set_function(function);
  process.set_pid(999);
  process.set_resident_bytes(48 << 20);
  process.mutable_cpu()->set_seconds(2);
}

TEST(PsReportTest, Table) {
  v1::ListInstancesResponse list;
  Add(list, "hello", 1);
  v1::Instance& busy = Add(list, "hello", 20);
  busy.set_state(v1::Instance::STATE_BUSY);
  busy.set_in_flight(1);
  busy.clear_idle();
  v1::Instance& starting = Add(list, "on-upload", 1);
  starting.set_state(v1::Instance::STATE_STARTING);
  starting.clear_pid();
  starting.clear_idle();
  starting.set_resident_bytes(0);
  AddTemplate(list, "hello");
  EXPECT_EQ(InstancesText(list),
            "FUNCTION   INSTANCE      PID  STATE     START   SERVED  IN FLIGHT    AGE  IDLE  MEMORY    CPU\n"
            "hello      -             999  template  -            -          -      -     -   48 MB  2.0 s\n"
            "hello      hello-1      1001  ready     zygote      12          0  1m12s    3s   49 MB  40 ms\n"
            "hello      hello-20     1020  busy      zygote      12          1  1m12s     -   49 MB  40 ms\n"
            "on-upload  on-upload-1     -  starting  zygote      12          0  1m12s     -       -  40 ms\n");
}

TEST(PsReportTest, AnEmptyListIsNoTable) {
  EXPECT_EQ(InstancesText({}), "");
  EXPECT_EQ(InstancesJson({}), "");
}

TEST(PsReportTest, JsonLines) {
  v1::ListInstancesResponse list;
  Add(list, "hello", 1);
  AddTemplate(list, "hello");
  EXPECT_EQ(InstancesJson(list),
            R"({"function":"hello","state":"template","pid":999,"resident_bytes":50331648,"cpu_ms":2000.000})"
            "\n"
            R"({"function":"hello","version":3,"instance":"hello-1","pid":1001,"state":"ready","start":"zygote",)"
            R"("served":12,"in_flight":0,"age_ms":72000.000,"idle_ms":3000.000,"resident_bytes":51380224,)"
            R"("cpu_ms":40.000})"
            "\n");
  v1::Instance& starting = Add(list, "other", 1);
  starting.clear_pid();
  starting.clear_idle();
  const std::string text = InstancesJson(list);
  const std::string last = text.substr(text.rfind('{'));
  EXPECT_FALSE(json::parse(last.substr(0, last.size() - 1)).as_object().contains("pid"));
  EXPECT_FALSE(json::parse(last.substr(0, last.size() - 1)).as_object().contains("idle_ms"));
}

TEST(PsReportTest, NamesCannotDriveTheTerminal) {
  v1::ListInstancesResponse list;
  Add(list, "a\x1b[2J", 1);
  EXPECT_THAT(InstancesText(list), HasSubstr("a\ufffd[2J"));
}

TEST(PsReportTest, Ages) {
  EXPECT_EQ(ShownAge(milliseconds(0)), "0ms");
  EXPECT_EQ(ShownAge(milliseconds(999)), "999ms");
  EXPECT_EQ(ShownAge(seconds(59)), "59s");
  EXPECT_EQ(ShownAge(seconds(72)), "1m12s");
  EXPECT_EQ(ShownAge(hours(2) + seconds(301)), "2h5m");
  EXPECT_EQ(ShownAge(hours(76)), "3d4h");
}

TEST(EvictTest, SaysWhatItDid) {
  v1::EvictResponse response;
  EXPECT_EQ(EvictedText({.function = "hello"}, response), "0 instances of hello evicted\n");
  response.set_instances(1);
  EXPECT_EQ(EvictedText({.function = "hello"}, response), "1 instance of hello evicted\n");
  response.set_instances(5);
  response.set_busy(1);
  response.set_templates(3);
  EXPECT_EQ(EvictedText({.all = true, .templates = true}, response),
            "5 instances evicted, 1 of them when done; 3 templates dropped\n");
}

}  // namespace
}  // namespace hearth
