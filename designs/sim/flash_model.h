// Behavioural SPI flash, 16 MiB, mode 0: reads 03 0B 3B 6B EB, identity 9F AB, status 05 06 04.
// It samples where SCK rises and changes its outputs where SCK falls; lines that it does not drive
// read 0, as do all of them while it is deselected.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace soc_sim {

class FlashModel {
 public:
  explicit FlashModel(std::vector<std::uint8_t> image) : image_(std::move(image)) {}

  /// Sees the pins after an edge; answers the io lines' levels from the next edge on.
  std::uint8_t step(bool cs_n, bool sck, std::uint8_t io) {
    if (cs_n) {
      sck_ = sck;
      if (selected_) deselect();
      return 0;
    }
    selected_ = true;
    if (sck != sck_) {
      sck_ = sck;
      if (sck) {
        rise(io);
      } else {
        fall();
      }
    }
    return driven_;
  }

 private:
  enum class Phase { kCommand, kAddress, kDummy, kData, kIgnore };

  static constexpr std::uint32_t kAddressMask = 0xFFFFFF;

  void deselect() {
    selected_ = false;
    phase_ = Phase::kCommand;
    bits_ = 0;
    shift_ = 0;
    driven_ = 0;
    out_left_ = 0;
  }

  void rise(std::uint8_t io) {
    if (phase_ == Phase::kCommand) {
      if (take(io & 1U, 1, 8)) start(static_cast<std::uint8_t>(shift_));
    } else if (phase_ == Phase::kAddress) {
      const bool quad = in_width_ == 4;
      if (take(quad ? io & 15U : io & 1U, in_width_, 24)) {
        address_ = shift_ & kAddressMask;
        phase_ = dummy_clocks_ == 0 ? Phase::kData : Phase::kDummy;
      }
    } else if (phase_ == Phase::kDummy) {
      if (--dummy_clocks_ == 0) phase_ = Phase::kData;
    }
  }

  /// Shifts `width` bits in; true once `wanted` bits are there.
  bool take(std::uint32_t value, int width, int wanted) {
    shift_ = (bits_ == 0 ? 0 : shift_ << width) | value;
    bits_ += width;
    if (bits_ < wanted) return false;
    bits_ = 0;
    return true;
  }

  void start(std::uint8_t command) {
    command_ = command;
    address_ = 0;
    in_width_ = command == 0xEB ? 4 : 1;
    out_width_ = command == 0x3B ? 2 : command == 0x6B || command == 0xEB ? 4 : 1;
    dummy_clocks_ = 0;
    phase_ = Phase::kIgnore;
    switch (command) {
      case 0x03: phase_ = Phase::kAddress; break;
      case 0x0B:
      case 0x3B:
      case 0x6B:
        phase_ = Phase::kAddress;
        dummy_clocks_ = 8;
        break;
      case 0xEB:  // two clocks of mode bits, four of nothing
        phase_ = Phase::kAddress;
        dummy_clocks_ = 6;
        break;
      case 0xAB: phase_ = Phase::kAddress; break;  // three bytes of no meaning
      case 0x9F:
      case 0x05: phase_ = Phase::kData; break;
      case 0x06: write_enabled_ = true; break;
      case 0x04: write_enabled_ = false; break;
      default: break;
    }
  }

  void fall() {
    if (phase_ != Phase::kData) return;
    if (out_left_ == 0) {
      out_ = next_byte();
      out_left_ = 8;
    }
    out_left_ -= out_width_;
    const auto bits = static_cast<std::uint8_t>(out_ >> out_left_);
    driven_ = out_width_ == 4   ? bits & 15U
              : out_width_ == 2 ? bits & 3U
                                : static_cast<std::uint8_t>((bits & 1U) << 1);
  }

  std::uint8_t next_byte() {
    static constexpr std::uint8_t kJedec[3] = {0xEF, 0x40, 0x18};
    if (command_ == 0x9F) return kJedec[address_++ % 3];
    if (command_ == 0x05) return write_enabled_ ? 2 : 0;
    if (command_ == 0xAB) return 0x17;
    const std::uint32_t at = address_;
    address_ = (address_ + 1) & kAddressMask;
    return at < image_.size() ? image_[at] : 0xFF;
  }

  std::vector<std::uint8_t> image_;
  Phase phase_ = Phase::kCommand;
  bool selected_ = false;
  bool sck_ = false;
  bool write_enabled_ = false;
  std::uint8_t command_ = 0;
  std::uint8_t driven_ = 0;
  std::uint8_t out_ = 0;
  int out_left_ = 0;
  int in_width_ = 1;
  int out_width_ = 1;
  int dummy_clocks_ = 0;
  int bits_ = 0;
  std::uint32_t shift_ = 0;
  std::uint32_t address_ = 0;
};

}  // namespace soc_sim
