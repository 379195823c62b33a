// Which protocol a live peripheral speaks.
#include "gate/cosim/live/live_gpio.h"
#include "gate/cosim/live/live_jtag.h"
#include "gate/cosim/live/live_uart.h"
#include "heddle/base/file.h"

namespace heddle::gate {

Result<std::unique_ptr<LivePort>> make_live_port(const LivePeripheral& spec,
                                                 const std::string& directory, LiveNotice notice) {
  std::unique_ptr<OutputFile> recording;
  if (!spec.record_file.empty()) {
    HEDDLE_TRY(recording, OutputFile::create(join_path(directory, spec.record_file)));
  }
  std::unique_ptr<LivePort> port;
  switch (spec.kind) {
    case LiveKind::Jtag:
      port = std::make_unique<LiveJtag>(spec, std::move(notice), std::move(recording));
      break;
    case LiveKind::Uart:
      port = std::make_unique<LiveUart>(spec, std::move(notice), std::move(recording));
      break;
    case LiveKind::Gpio:
      port = std::make_unique<LiveGpio>(spec, std::move(notice), std::move(recording));
      break;
  }
  HEDDLE_TRY_STATUS(port->listen());
  return port;
}

}  // namespace heddle::gate
