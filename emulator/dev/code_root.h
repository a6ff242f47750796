#pragma once

// What a function of the developer's own files must be able to read: more than its folder.
//
// Node looks for packages in all folders above, and code imports `../shared.js`. So a function in a package sees the
// package: the outermost folder above its own, or its own, that holds a package.json or node_modules. Home folders, /tmp
// and the like are no packages, whatever lies in them: of those it sees node_modules and package.json alone. Packages that
// are linked from elsewhere (npm link, workspaces, a node_modules that is a link itself) are seen where they are.

#include <filesystem>
#include <string>
#include <vector>

namespace hearth {

// `directory` is canonical. All paths given are, and none lies in another.
std::vector<std::string> CodeRoots(const std::filesystem::path& directory);

}  // namespace hearth
