"""cc_library targets from .proto files, by the system's protoc and gRPC plugin."""

def cc_proto(name, src, grpc = False, lite = False, visibility = None):
    """Compiles one .proto (path relative to //proto) into a cc_library; include it as "hearth/...pb.h"."""
    stem = src[:-len(".proto")]
    outs = [stem + ".pb.h", stem + ".pb.cc"]
    cmd = "protoc -Iproto --cpp_out=$(RULEDIR) "
    if grpc:
        outs += [stem + ".grpc.pb.h", stem + ".grpc.pb.cc"]
        cmd += "--plugin=protoc-gen-grpc=$$(command -v grpc_cpp_plugin) --grpc_out=$(RULEDIR) "
    native.genrule(
        name = name + "_gen",
        srcs = [src],
        outs = outs,
        cmd = cmd + "$(location %s)" % src,
    )
    native.cc_library(
        name = name,
        srcs = [o for o in outs if o.endswith(".cc")],
        hdrs = [o for o in outs if o.endswith(".h")],
        # Generated code is not ours to warn about.
        copts = ["-w"],
        includes = ["."],
        visibility = visibility,
        deps = ["//third_party/system:protobuf_lite" if lite else "//third_party/system:protobuf"] +
               (["//third_party/system:grpc"] if grpc else []),
    )
