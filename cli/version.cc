#include "cli/version.h"

#include <cstdio>
#include <iostream>
#include <memory>

#include <boost/json.hpp>

#include "base/strings.h"
#include "cli/exit_code.h"
#include "isolate_pool/pool/zygote_launcher.h"

namespace hearth {
namespace {

// The engine is a Node binary, and says so itself.
std::string AskNode(const std::string& node, const std::string& expression) {
  const std::string command = StrCat("'", node, "' -p '", expression, "' 2>/dev/null");
  const std::unique_ptr<FILE, int (*)(FILE*)> output(popen(command.c_str(), "r"), pclose);
  char line[128];
  if (output == nullptr || std::fgets(line, sizeof line, output.get()) == nullptr) return "unknown";
  std::string text(line);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

int RunVersion(bool json) {
  const auto engine = FindEngine();
  std::string node = "not found";
  std::string v8 = "not found";
  if (engine.ok()) {
    node = AskNode(engine->node, "process.versions.node");
    v8 = AskNode(engine->node, "process.versions.v8");
  }
  if (json) {
    std::cout << boost::json::serialize(boost::json::object{{"hearth", kVersion}, {"node", node}, {"v8", v8}}) << "\n";
  } else {
    std::cout << "hearth " << kVersion << "\nnode   " << node << "\nv8     " << v8 << "\n";
  }
  return kExitOk;
}

}  // namespace hearth
