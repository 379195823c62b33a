// What `./run install PREFIX` installs works: the program, its completion, and
// the CMake package, from another project and another directory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "support/external_tool.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::test {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

/// The build tree installed below a prefix of its own; once for all tests here.
class Installed : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = std::make_unique<TempDirectory>();
    const ProcessResult result =
        run_process({"cmake", "--install", HEDDLE_BINARY_DIR, "--prefix", prefix()});
    ASSERT_EQ(result.code, 0) << result.err;
  }
  static void TearDownTestSuite() { directory_.reset(); }
  static std::string prefix() { return directory_->file("prefix"); }
  static std::string file(const std::string& name) { return directory_->file(name); }

 private:
  static inline std::unique_ptr<TempDirectory> directory_;
};

TEST_F(Installed, has_the_program_libraries_headers_completion_and_licence) {
  for (const std::string path :
       {"bin/heddle", "lib/libheddle_base.a", "lib/libheddle_trace.a", "lib/libheddle_gate.a",
        "include/heddle/base/result.h", "lib/cmake/heddle/heddle-config.cmake",
        "share/bash-completion/completions/heddle", "share/doc/heddle/LICENSE"}) {
    EXPECT_TRUE(fs::is_regular_file(prefix() + "/" + path)) << path;
  }
  const ProcessResult version = run_process({prefix() + "/bin/heddle", "--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_THAT(version.out, HasSubstr("heddle 0."));
  EXPECT_EQ(text_of_file(prefix() + "/share/bash-completion/completions/heddle"),
            run_process({prefix() + "/bin/heddle", "completion", "bash"}).out);
}

TEST_F(Installed, says_nothing_of_the_directories_it_was_built_in) {
  for (const auto& entry : fs::recursive_directory_iterator(prefix() + "/lib/cmake")) {
    if (!entry.is_regular_file()) continue;
    const std::string text = text_of_file(entry.path().string());
    EXPECT_EQ(text.find(HEDDLE_SOURCE_DIR), std::string::npos) << entry.path();
    EXPECT_EQ(text.find(HEDDLE_BINARY_DIR), std::string::npos) << entry.path();
  }
}

TEST_F(Installed, serves_another_project_through_find_package) {
  const ProcessResult configured = run_process(
      {"cmake", "-S", HEDDLE_SOURCE_DIR "/tests/consumer", "-B", file("build"), "-G", "Ninja",
       "-DCMAKE_PREFIX_PATH=" + prefix(), "-DCMAKE_CXX_COMPILER=" HEDDLE_CXX_COMPILER,
       "-DCMAKE_CXX_FLAGS=" HEDDLE_CONSUMER_FLAGS});
  ASSERT_EQ(configured.code, 0) << configured.out << configured.err;
  const ProcessResult built = run_process({"cmake", "--build", file("build")});
  ASSERT_EQ(built.code, 0) << built.out << built.err;
  const ProcessResult ran = run_process({file("build/consumer")});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("file.not-found"));
}

TEST_F(Installed, lets_another_project_build_a_producer) {
  const std::string example = HEDDLE_SOURCE_DIR "/examples/tile_producer";
  const ProcessResult configured =
      run_process({"cmake", "-S", example, "-B", file("producer"), "-G", "Ninja",
                   "-DCMAKE_PREFIX_PATH=" + prefix(), "-DCMAKE_CXX_COMPILER=" HEDDLE_CXX_COMPILER,
                   "-DCMAKE_C_FLAGS=-Wall -Wextra -Wconversion -Werror"});
  ASSERT_EQ(configured.code, 0) << configured.out << configured.err;
  const ProcessResult built = run_process({"cmake", "--build", file("producer")});
  ASSERT_EQ(built.code, 0) << built.out << built.err;
  // The README's way, with a compiler alone.
  const ProcessResult alone =
      run_process({"cc", "-shared", "-fPIC", "-fvisibility=hidden", "-I", prefix() + "/include",
                   "-o", file("relu.so"), example + "/relu.c"});
  ASSERT_EQ(alone.code, 0) << alone.err;
  EXPECT_TRUE(fs::is_regular_file(prefix() + "/lib/heddle/tile/gemm.so"));
  for (const std::string path : {"producer/relu.so", "relu.so"}) {
    const ProcessResult ran =
        run_process({prefix() + "/bin/heddle", "tile", "run", file(path), "--shape", "100000",
                     "--machine", "tpuv3", "--out", file(path + ".out")});
    EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  }
}

TEST_F(Installed, lets_another_project_add_a_peripheral_of_its_own) {
  HEDDLE_NEED_TOOL("yosys");
  const ProcessResult made = run_process({"sh", "designs/build.sh", "uart_hello", "generic"},
                                         {.directory = HEDDLE_SOURCE_DIR});
  ASSERT_EQ(made.code, 0) << made.out << made.err;
  const std::string example = HEDDLE_SOURCE_DIR "/examples/custom_peripheral";
  const ProcessResult configured = run_process(
      {"cmake", "-S", example, "-B", file("custom"), "-G", "Ninja",
       "-DCMAKE_PREFIX_PATH=" + prefix(), "-DCMAKE_CXX_COMPILER=" HEDDLE_CXX_COMPILER,
       "-DCMAKE_CXX_FLAGS=" HEDDLE_CONSUMER_FLAGS " -Wall -Wextra -Wconversion -Werror"});
  ASSERT_EQ(configured.code, 0) << configured.out << configured.err;
  const ProcessResult built = run_process({"cmake", "--build", file("custom")});
  ASSERT_EQ(built.code, 0) << built.out << built.err;
  const ProcessResult ran =
      run_process({file("custom/custom_peripheral"), example + "/run.yaml", file("custom/out")});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("both engines agree"));
  // "he": the start bit and three zeros of 'h' (0x68, bit 0 first) are 4 bits of 16 cycles.
  const std::string events = text_of_file(file("custom/out/events.json"));
  const std::size_t first = events.find("\"kind\": \"low_pulse\", \"value\": ");
  ASSERT_NE(first, std::string::npos) << events;
  EXPECT_TRUE(events.substr(first).starts_with("\"kind\": \"low_pulse\", \"value\": 64}"));
}

TEST_F(Installed, lets_another_project_write_a_kernel_and_a_collective_of_its_own) {
  const std::string example = HEDDLE_SOURCE_DIR "/examples/system_kernel";
  const ProcessResult configured = run_process(
      {"cmake", "-S", example, "-B", file("kernel"), "-G", "Ninja",
       "-DCMAKE_PREFIX_PATH=" + prefix(), "-DCMAKE_CXX_COMPILER=" HEDDLE_CXX_COMPILER,
       "-DCMAKE_CXX_FLAGS=" HEDDLE_CONSUMER_FLAGS " -Wall -Wextra -Wconversion -Werror"});
  ASSERT_EQ(configured.code, 0) << configured.out << configured.err;
  const ProcessResult built = run_process({"cmake", "--build", file("kernel")});
  ASSERT_EQ(built.code, 0) << built.out << built.err;
  const ProcessResult ran =
      run_process({file("kernel/system_kernel"), example + "/collectives.yaml"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  for (const char* algorithm : {"star: ", "ring: ", "auto: "}) {
    const std::size_t at = ran.out.find(algorithm);
    ASSERT_NE(at, std::string::npos) << ran.out;
    EXPECT_THAT(ran.out.substr(at, ran.out.find('\n', at) - at), HasSubstr(" 0 wrong elements"));
  }
}

}  // namespace
}  // namespace heddle::test
