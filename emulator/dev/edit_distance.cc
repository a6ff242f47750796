#include "emulator/dev/edit_distance.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"

namespace hearth {
namespace {

constexpr size_t kMostEdits = 3;

std::string Lower(std::string_view text) {
  std::string lower(text);
  absl::AsciiStrToLower(&lower);
  return lower;
}

size_t ToleratedEdits(std::string_view word) { return std::min(kMostEdits, 1 + word.size() / 4); }

}  // namespace

size_t EditDistance(std::string_view a, std::string_view b, size_t bound) {
  if (a.size() < b.size()) std::swap(a, b);
  if (a.size() - b.size() > bound) return bound + 1;

  // Rows of the usual table: for the prefixes of `a` that are two shorter, one shorter, and the current one.
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    size_t least = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    // A swap reaches over one row, so two rows have to be past the bound.
    if (least > bound && *std::min_element(last.begin(), last.end()) > bound) return bound + 1;
    std::swap(before, last);
    std::swap(last, row);
  }
  return std::min(last[b.size()], bound + 1);
}

std::optional<std::string_view> Closest(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string wanted = Lower(word);
  size_t bound = ToleratedEdits(word);
  std::optional<std::string_view> closest;
  for (std::string_view candidate : candidates) {
    const size_t distance = EditDistance(wanted, Lower(candidate), bound);
    // A candidate of which no letter was kept is no suggestion.
    if (distance > bound || distance >= candidate.size()) continue;
    closest = candidate;
    if (distance == 0) break;
    bound = distance - 1;
  }
  return closest;
}

}  // namespace hearth
