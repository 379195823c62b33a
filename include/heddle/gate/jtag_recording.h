// Recordings of the remote_bitbang protocol: what a client sent, as text.
//
// A plain recording is the client's bytes. Blanks, line ends and comments from
// `#` to the end of a line may stand between them, and `@N` says that what
// follows is not played before edge N: a live server writes these, so that a
// session plays again exactly as it was.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/gate/peripherals/jtag.h"

namespace heddle::gate {

struct JtagRecording {
  std::vector<std::uint8_t> operations;  ///< characters of the protocol, in order
  std::vector<JtagStart> starts;         ///< ascending by operation and by edge
};

/// Reads a recording; `file` names it. Cost: about 2 ns a character.
/// Errors: live.bad-character, live.bad-start, live.starts-backwards.
[[nodiscard]] Result<JtagRecording> read_jtag_recording(std::string_view text,
                                                        const std::string& file);

/// What `read_jtag_recording` reads.
[[nodiscard]] std::string jtag_recording_text(const JtagRecording& recording);

}  // namespace heddle::gate
