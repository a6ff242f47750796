#include "isolate_pool/pool/instance.h"

namespace hearth {

std::string_view StartName(StartKind start) {
  switch (start) {
    case StartKind::kWarm:
      return "warm";
    case StartKind::kTemplate:
      return "template";
    case StartKind::kStem:
      return "stem";
    case StartKind::kZygote:
      return "zygote";
  }
  return "";
}

}  // namespace hearth
