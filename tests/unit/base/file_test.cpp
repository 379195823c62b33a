// Whole files and buffered output: contents, atomicity, and every failure that a
// machine without special rights can provoke.
#include "heddle/base/file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "heddle/base/diagnostics.h"
#include "heddle/base/output_file.h"

namespace heddle {
namespace {

/// A directory that is gone after the test.
class FileTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "heddle_file_test_" + std::to_string(::getpid());
    ASSERT_TRUE(make_directories(directory_));
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string path(std::string_view name) const {
    return join_path(directory_, name);
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
      out.push_back(entry.path().filename());
    }
    return out;
  }

  std::string directory_;
};

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "none" : std::string(result.error().list().front().code());
}

TEST_F(FileTest, reads_back_what_was_written) {
  std::string bytes(200'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  for (const std::size_t size : {0UL, 1UL, 65'536UL, 65'537UL, 200'000UL}) {
    ASSERT_TRUE(write_file_atomic(path("f"), std::string_view(bytes).substr(0, size)));
    const Result<std::string> read = read_file(path("f"));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, bytes.substr(0, size)) << size;
  }
  EXPECT_EQ(names(), std::vector<std::string>{"f"});
}

TEST_F(FileTest, replaces_a_file_by_a_new_one) {
  ASSERT_TRUE(write_file_atomic(path("f"), "old"));
  std::ifstream reader(path("f"));
  ASSERT_TRUE(write_file_atomic(path("f"), "newer"));
  std::string seen;
  reader >> seen;
  EXPECT_EQ(seen, "old");
  EXPECT_EQ(*read_file(path("f")), "newer");
}

TEST_F(FileTest, a_file_that_is_absent_is_not_found) {
  const Result<std::string> read = read_file(path("nope"));
  EXPECT_EQ(code_of(read), "file.not-found");
  EXPECT_EQ(read.error().list().front().where().file, path("nope"));
  EXPECT_EQ(read.error().cause(), Cause::Input);
  EXPECT_EQ(code_of(read_file(path("no/such/directory"))), "file.not-found");
}

TEST_F(FileTest, a_directory_cannot_be_read) {
  const Result<std::string> read = read_file(directory_);
  EXPECT_EQ(code_of(read), "file.read-failed");
  EXPECT_EQ(read.error().cause(), Cause::Environment);
}

TEST_F(FileTest, a_file_over_the_bound_is_refused) {
  ASSERT_TRUE(write_file_atomic(path("f"), "12345"));
  EXPECT_TRUE(read_file(path("f"), 5));
  EXPECT_EQ(code_of(read_file(path("f"), 4)), "file.too-large");
  EXPECT_EQ(code_of(read_file("/dev/zero", 1000)), "file.too-large");
}

TEST_F(FileTest, reads_a_pipe_to_its_end) {
  const std::string pipe = path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(pipe) << std::string(300'000, 'x'); });
  const Result<std::string> read = read_file(pipe);
  writer.join();
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size(), 300'000U);
}

TEST_F(FileTest, an_atomic_write_that_fails_leaves_the_old_file_and_nothing_else) {
  ASSERT_TRUE(make_directories(path("taken/inside")));
  const Status status = write_file_atomic(path("taken"), "x");
  EXPECT_EQ(code_of(status), "file.write-failed");
  EXPECT_EQ(status.error().cause(), Cause::Environment);
  EXPECT_EQ(names(), std::vector<std::string>{"taken"});
  EXPECT_EQ(code_of(write_file_atomic(path("no/such/f"), "x")), "file.write-failed");
}

TEST_F(FileTest, makes_directories_and_tells_when_it_cannot) {
  EXPECT_TRUE(make_directories(path("a/b/c")));
  EXPECT_TRUE(make_directories(path("a/b/c")));
  EXPECT_TRUE(is_directory(path("a/b/c")));
  ASSERT_TRUE(write_file_atomic(path("f"), "x"));
  EXPECT_EQ(code_of(make_directories(path("f"))), "file.write-failed");
  EXPECT_EQ(code_of(make_directories(path("f/g"))), "file.write-failed");
  EXPECT_TRUE(path_exists(path("f")));
  EXPECT_FALSE(path_exists(path("g")));
}

TEST_F(FileTest, output_file_writes_through_its_buffer) {
  std::string expected;
  auto file = OutputFile::create(path("out"));
  ASSERT_TRUE(file);
  for (int i = 0; i < 50'000; ++i) {
    const std::string piece = std::to_string(i) + "\n";
    (*file)->write(piece);
    expected += piece;
  }
  const std::string large(3 * OutputFile::kBufferBytes + 5, 'L');
  (*file)->write(large);
  expected += large;
  EXPECT_EQ((*file)->size_bytes(), expected.size());
  EXPECT_TRUE((*file)->close());
  EXPECT_TRUE((*file)->close());
  EXPECT_EQ(*read_file(path("out")), expected);
}

TEST_F(FileTest, output_file_overwrites_what_is_buffered_and_what_is_not) {
  auto file = OutputFile::create(path("out"));
  ASSERT_TRUE(file);
  (*file)->write("0123456789");
  (*file)->overwrite(2, "ab");
  (*file)->write("XYZ");
  (*file)->overwrite(9, "cd");
  EXPECT_TRUE((*file)->flush());
  EXPECT_EQ(*read_file(path("out")), "01ab45678cdYZ");
  EXPECT_DEATH((*file)->overwrite(12, "zz"), "size_bytes_");
}

TEST_F(FileTest, output_file_lands_what_it_holds_when_it_is_dropped) {
  {
    (*OutputFile::create(path("out")))->write("tail");
  }
  EXPECT_EQ(*read_file(path("out")), "tail");
}

TEST_F(FileTest, output_file_sees_a_full_disk_and_keeps_saying_so) {
  auto file = OutputFile::create("/dev/full");
  ASSERT_TRUE(file);
  (*file)->write("small");
  EXPECT_TRUE((*file)->status());
  EXPECT_EQ(code_of((*file)->flush()), "file.write-failed");
  (*file)->write(std::string(OutputFile::kBufferBytes * 2, 'x'));
  EXPECT_EQ(code_of((*file)->status()), "file.write-failed");
  const Status closed = (*file)->close();
  EXPECT_EQ(closed.error().to_string(),
            "/dev/full: error: cannot write '/dev/full': No space left on device "
            "[file.write-failed]\n  help: what was written before is kept\n");
}

TEST_F(FileTest, output_file_sees_a_full_disk_at_close_and_in_a_large_write) {
  auto file = OutputFile::create("/dev/full");
  (*file)->write("x");
  EXPECT_EQ(code_of((*file)->close()), "file.write-failed");
  auto large = OutputFile::create("/dev/full");
  (*large)->write(std::string(OutputFile::kBufferBytes, 'x'));
  EXPECT_EQ(code_of((*large)->status()), "file.write-failed");
}

/// Stands in for a disk that fills up: no file of this process grows past the
/// bound while this lives.
class FileSizeBound {
 public:
  explicit FileSizeBound(std::size_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit bound{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &bound);
  }
  ~FileSizeBound() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeBound(const FileSizeBound&) = delete;
  FileSizeBound& operator=(const FileSizeBound&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = SIG_DFL;
};

TEST_F(FileTest, output_file_leaves_the_beginning_readable_when_the_disk_fills_up) {
  constexpr std::size_t kRoom = 100'000;
  auto file = OutputFile::create(path("out"));
  std::string expected;
  {
    const FileSizeBound bound(kRoom);
    for (int i = 0; i < 50'000; ++i) {
      const std::string piece = std::to_string(i) + "\n";
      (*file)->write(piece);
      expected += piece;
    }
    EXPECT_EQ(code_of((*file)->close()), "file.write-failed");
  }
  EXPECT_EQ(*read_file(path("out")), expected.substr(0, kRoom));
}

TEST_F(FileTest, an_atomic_write_to_a_disk_that_fills_up_keeps_the_old_file) {
  ASSERT_TRUE(write_file_atomic(path("f"), "old"));
  {
    const FileSizeBound bound(1000);
    EXPECT_EQ(code_of(write_file_atomic(path("f"), std::string(2000, 'x'))), "file.write-failed");
  }
  EXPECT_EQ(*read_file(path("f")), "old");
  EXPECT_EQ(names(), std::vector<std::string>{"f"});
}

TEST_F(FileTest, output_file_cannot_be_made_where_there_is_no_place) {
  EXPECT_EQ(code_of(OutputFile::create(path("no/such/f"))), "file.write-failed");
  EXPECT_EQ(code_of(OutputFile::create(directory_)), "file.write-failed");
}

TEST(Path, join_parent_and_name) {
  EXPECT_EQ(join_path("a/b", "c"), "a/b/c");
  EXPECT_EQ(join_path("a/", "c"), "a/c");
  EXPECT_EQ(join_path("", "c"), "c");
  EXPECT_EQ(join_path("a", "/c"), "/c");
  EXPECT_EQ(join_path("/", "c"), "/c");
  EXPECT_EQ(join_path("a", ""), "a");
  EXPECT_EQ(parent_path("a/b/c"), "a/b");
  EXPECT_EQ(parent_path("/c"), "/");
  EXPECT_EQ(parent_path("c"), "");
  EXPECT_EQ(file_name("a/b/c"), "c");
  EXPECT_EQ(file_name("c"), "c");
  EXPECT_EQ(file_name("a/"), "");
}

}  // namespace
}  // namespace heddle
