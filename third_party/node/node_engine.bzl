"""The engine: the official Node binary and its headers, as the npm package node-linux-<arch> carries them.

package.json pins the version, package-lock.json the integrity hash; `npm ci` puts it in node_modules.
"""

_ARCH = {"amd64": "x64", "x86_64": "x64", "aarch64": "arm64", "arm64": "arm64"}

_BUILD = """
package(default_visibility = ["//visibility:public"])

# V8, Node's embedder API and libuv. Only isolate_pool/{engine,zygote,instance} may depend on this (make lint checks).
cc_library(
    name = "headers",
    hdrs = glob(["include/node/**/*.h"]),
    includes = ["include/node"],
)

filegroup(name = "node", srcs = ["bin/node"])
"""

def _node_engine_impl(ctx):
    arch = _ARCH.get(ctx.os.environ.get("HEARTH_ARCH", ""))
    if not arch:
        machine = ctx.execute(["uname", "-m"]).stdout.strip()
        arch = _ARCH.get(machine)
        if not arch:
            fail("hearth's engine exists for x86_64 and aarch64; this machine is " + machine)
    root = ctx.path(Label("//:package.json")).dirname
    package = root.get_child("node_modules").get_child("node-linux-" + arch)
    if not package.get_child("bin").get_child("node").exists:
        fail("%s is missing: run `tools/setup` (or `npm ci`) first" % package)
    ctx.symlink(package.get_child("bin"), "bin")
    ctx.symlink(package.get_child("include"), "include")
    ctx.file("BUILD.bazel", _BUILD)

node_engine = repository_rule(
    implementation = _node_engine_impl,
    local = True,
    environ = ["HEARTH_ARCH"],
)
