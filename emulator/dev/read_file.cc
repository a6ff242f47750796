#include "emulator/dev/read_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/strings.h"

namespace hearth {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

absl::Status CannotRead(const std::filesystem::path& path) {
  return absl::InvalidArgumentError(StrCat("cannot read ", path.native(), ": ", std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
  if (!file) return CannotRead(path);
  std::string text;
  char buffer[16384];
  while (const size_t size = std::fread(buffer, 1, sizeof(buffer), file.get())) text.append(buffer, size);
  if (std::ferror(file.get())) return CannotRead(path);
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  return text;
}

}  // namespace hearth
