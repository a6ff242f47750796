#pragma once

// Finds the word somebody meant, for messages that end in `did you mean "timeout"?`.
//
//   constexpr std::string_view kKeys[] = {"timeout", "memory"};
//   Closest("timout", kKeys)   // "timeout"
//   Closest("colour", kKeys)   // nothing

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace hearth {

// Damerau-Levenshtein distance of two byte strings (optimal string alignment: insertions, deletions, substitutions and
// swaps of neighbours, no byte edited twice). Gives `bound + 1` for every distance above `bound`.
size_t EditDistance(std::string_view a, std::string_view b, size_t bound);

// The candidate nearest to `word`, the first of several that are equally near; upper and lower case of ASCII are the
// same. Nothing if none is near: a short word may differ by 1, one of four letters or more by 2, of eight or more by 3.
std::optional<std::string_view> Closest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace hearth
