// The hearth command: reads the arguments and runs one verb, each of which has a file of its own.

#include <exception>
#include <iostream>
#include <string_view>

#include <CLI/CLI.hpp>

#include "base/units.h"
#include "cli/bench.h"
#include "cli/bench_compare.h"
#include "cli/bench_report.h"
#include "cli/dev.h"
#include "cli/doctor.h"
#include "cli/evict.h"
#include "cli/exec.h"
#include "cli/exit_code.h"
#include "cli/invoke.h"
#include "cli/ps.h"
#include "cli/version.h"

int main(int argc, char** argv) {
  using namespace hearth;
  CLI::App app{"hearth runs serverless functions: each instance a process forked from a warm Node.js."};
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 ok, 1 failed, 2 wrong usage or configuration, 3 no hearth reached, 4 no such function,\n"
      "5 a condition given to bench holds; exec ends as its program does.");

  DevArguments dev;
  CLI::App* dev_verb = app.add_subcommand("dev", "Serve functions on this machine");
  dev_verb->add_option("PATH", dev.paths, "Folders of functions, single functions, or files (default: .)");
  dev_verb->add_option("--host", dev.host, "IP address to listen on")->capture_default_str();
  dev_verb->add_option("--port", dev.port, "HTTP port, 0 for a free one")->capture_default_str();
  dev_verb->add_option("--grpc-port", dev.grpc_port, "gRPC port, 0 for a free one")->capture_default_str();
  dev_verb->add_option("--admin-port", dev.admin_port, "Port of /metrics, /healthz and /readyz, 0 for a free one")
      ->capture_default_str();
  dev_verb->add_option("--config", dev.config, "File of defaults and tenants (docs/configuration.md)");
  std::string sandbox_mode;
  dev_verb->add_option("--sandbox", sandbox_mode, "Sandbox of all functions (default: as each is configured)")
      ->check(CLI::IsMember({"strict", "best-effort", "off"}));
  dev_verb->add_option("--stems", dev.stems, "Processes forked ahead of need")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  dev_verb->add_option("--zygote-forks", dev.rotation.forks, "Replace the zygote after so many forks, 0 for never")
      ->capture_default_str();
  std::string zygote_age = "1h";
  dev_verb->add_option("--zygote-age", zygote_age, "Replace the zygote after so long, 0s for never")
      ->check([](const std::string& text) {
        const auto age = ParseDuration(text);
        return age.ok() ? std::string() : std::string(age.status().message());
      })
      ->capture_default_str();
  dev_verb->add_flag("--json", dev.json, "Print one JSON object per line");
  std::string log_format = "text";
  dev_verb->add_option("--log-format", log_format, "How function logs and invocations are printed")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();

  InvokeArguments invoke;
  CLI::App* invoke_verb = app.add_subcommand("invoke", "Run a function of a running hearth once");
  AddInvokeOptions(*invoke_verb, invoke);

  PsArguments ps;
  CLI::App* ps_verb = app.add_subcommand("ps", "List the instances of a running hearth");
  AddPsOptions(*ps_verb, ps);

  EvictArguments evict;
  CLI::App* evict_verb = app.add_subcommand("evict", "End instances of a running hearth, to force cold starts");
  AddEvictOptions(*evict_verb, evict);

  BenchArguments bench;
  bench.command = {argv, argv + argc};
  CLI::App* bench_verb = app.add_subcommand("bench", "Put load on a server or a function, and measure it");
  AddBenchOptions(*bench_verb, bench);
  BenchCompareArguments compare;
  CLI::App* compare_verb = AddBenchCompare(*bench_verb, compare);
  BenchReportArguments report;
  CLI::App* report_verb = AddBenchReport(*bench_verb, report);

  // Not parsed here: what follows the program's file is the program's.
  app.add_subcommand("exec", "Run a Node program in a forked process")->prefix_command();
  if (argc > 1 && std::string_view(argv[1]) == "exec") return RunExec({argv + 2, argv + argc});

  bool json = false;
  CLI::App* doctor_verb = app.add_subcommand("doctor", "Check what this machine offers to hearth");
  doctor_verb->add_flag("--json", json, "Print JSON");
  CLI::App* version_verb = app.add_subcommand("version", "Print versions");
  version_verb->add_flag("--json", json, "Print JSON");
  app.set_version_flag("--version", std::string("hearth ") + kVersion);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  dev.sandbox = sandbox::ParseMode(sandbox_mode);
  dev.rotation.age = *ParseDuration(zygote_age);
  if (log_format == "json") dev.log_format = LogFormat::kJson;
  if (dev.host == "localhost") dev.host = "127.0.0.1";
  if (*dev_verb) return RunDev(dev);
  if (*invoke_verb) return RunInvoke(invoke);
  if (*ps_verb) return RunPs(ps);
  if (*evict_verb) return RunEvict(evict);
  if (*compare_verb) return RunBenchCompare(compare);
  if (*report_verb) return RunBenchReport(report);
  if (*bench_verb) return RunBench(bench);
  if (*doctor_verb) return RunDoctor(json);
  return RunVersion(json);
}
