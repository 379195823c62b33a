// Logs that need no graph: one task with one message, a sequence of bytes whose
// length and content follow from the list's number.
#pragma once

#include <string>
#include <vector>

#include "heddle/flow/log_reader.h"
#include "heddle/flow/log_writer.h"

namespace heddle::flow::log::test {

inline constexpr LogId kTestId{0x0123'4567'89AB'CDEF, 42};

/// Meta records, packed by hand as docs/reference/log-format.md has them.
[[nodiscard]] std::vector<MetaRecord> fixture_meta();

/// The data record of list `clid`; its payload has `payload_bytes` bytes.
[[nodiscard]] std::vector<std::byte> fixture_list(std::uint64_t clid, std::size_t payload_bytes);
/// A length between 0 and 199 that depends on the list.
[[nodiscard]] std::size_t fixture_bytes(std::uint64_t clid);

/// Commits list `clid`; false where it was left out.
bool commit_fixture(LogWriter& writer, std::uint64_t clid, std::size_t payload_bytes);
bool commit_fixture(LogWriter& writer, std::uint64_t clid);

/// What a reader made of a log of such lists.
struct FixtureRead {
  std::uint64_t lists = 0;
  bool is_exact = true;  ///< lists 0, 1, ... with the right bytes
  LogTail tail;
  std::string error;  ///< the code of the first error; empty: none
};
[[nodiscard]] FixtureRead read_fixture(std::unique_ptr<LogSource> source);

}  // namespace heddle::flow::log::test
