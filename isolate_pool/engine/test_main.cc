// EngineMain of every engine test: GoogleTest's.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>

#include "isolate_pool/engine/entry.h"

int EngineMain(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const int result = RUN_ALL_TESTS();
  std::fflush(nullptr);
  // An engine is never torn down.
  _exit(result);
}
