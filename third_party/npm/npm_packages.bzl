"""What the build uses of node_modules, beside the engine (third_party/node): esbuild and uPlot.

package.json pins the versions, package-lock.json the integrity hashes; `npm ci` puts them in node_modules.
"""

# esbuild is a native program, which its platform package carries; no install script has to run.
_ARCH = {"x86_64": "x64", "aarch64": "arm64"}

_BUILD = """
package(default_visibility = ["//visibility:public"])

filegroup(name = "esbuild", srcs = ["bin/esbuild"])

# Found by `import "uplot"` where NODE_PATH names the repository's folder.
filegroup(
    name = "uplot",
    srcs = [
        "uplot/dist/uPlot.esm.js",
        "uplot/dist/uPlot.min.css",
        "uplot/package.json",
    ],
)
"""

def _npm_packages_impl(ctx):
    machine = ctx.execute(["uname", "-m"]).stdout.strip()
    if machine not in _ARCH:
        fail("hearth is built on x86_64 and aarch64; this machine is " + machine)
    node_modules = ctx.path(Label("//:package.json")).dirname.get_child("node_modules")
    esbuild = node_modules.get_child("@esbuild").get_child("linux-" + _ARCH[machine])
    uplot = node_modules.get_child("uplot")
    for package in [esbuild, uplot]:
        if not package.get_child("package.json").exists:
            fail("%s is missing: run `tools/setup` (or `npm ci`) first" % package)
    ctx.symlink(esbuild.get_child("bin"), "bin")
    ctx.symlink(uplot, "uplot")
    ctx.file("BUILD.bazel", _BUILD)

npm_packages = repository_rule(
    implementation = _npm_packages_impl,
    local = True,
)
