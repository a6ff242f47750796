#pragma once

// A result of `hearth bench --json` (schema hearth.bench/1, docs/bench.md) as one HTML page with tables and plots. The page
// needs no other file and no network; it holds the result, from which its script draws it when it is opened.
//
//   std::ofstream("out.html") << RenderReport(result);
//
// Texts of a result (error messages, URLs, what a server says of itself) come from outside and are hostile. They cannot
// leave the JSON, and the page's Content-Security-Policy runs no script but its own. Bytes that are no UTF-8 are replaced.
//
// What a result lacks the report leaves out. It is not checked here: read files with bench/compare/result.h, which does.
// Pure; any thread.

#include <string>

#include <boost/json.hpp>

namespace hearth::bench {

std::string RenderReport(const boost::json::value& result);

// The JSON in a form that may stand inside of <script>: the same value, but none of < > & and of the line separators
// that are not JSON's.
std::string JsonForHtml(const boost::json::value& value);

}  // namespace hearth::bench
