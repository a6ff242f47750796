"""Programs and tests that run on the engine, that is, inside the Node binary with a main of their own."""

_COPTS = [
    "-fPIC",
    "-fno-rtti",
]

def engine_program(name, srcs, deps = [], testonly = False, visibility = None):
    """lib<name>.so, which defines EngineMain. Started as `LD_PRELOAD=lib<name>.so node …` (see engine/entry.cc)."""
    native.cc_binary(
        name = "lib%s.so" % name,
        srcs = srcs,
        copts = _COPTS,
        linkshared = True,
        testonly = testonly,
        visibility = visibility,
        deps = deps + ["//isolate_pool/engine"],
    )

def engine_test(name, srcs, deps = [], data = [], **kwargs):
    """A GoogleTest that runs inside the Node binary: may boot an Engine, fork it, and assert in the fork."""
    engine_program(
        name = name + "_object",
        srcs = srcs,
        testonly = True,
        deps = deps + [
            "//isolate_pool/engine:test_main",
            "//third_party/system:gtest",
        ],
    )
    native.sh_test(
        name = name,
        size = "small",
        srcs = ["//isolate_pool/engine:engine_test.sh"],
        args = [
            "$(location @node_engine//:node)",
            "$(location lib%s_object.so)" % name,
        ],
        data = data + [
            "lib%s_object.so" % name,
            "@node_engine//:node",
        ],
        tags = ["engine"],
        **kwargs
    )
