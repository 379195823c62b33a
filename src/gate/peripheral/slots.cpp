#include "gate/peripheral/slots.h"

#include <algorithm>
#include <cstring>

#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

void append(std::vector<std::byte>& out, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const std::byte*>(data);
  out.insert(out.end(), bytes, bytes + size);
}

[[nodiscard]] bool take(std::span<const std::byte>& from, void* to, std::size_t size) {
  if (size > from.size()) return false;
  std::memcpy(to, from.data(), size);
  from = from.subspan(size);
  return true;
}

template <class Model>
void set_config(Slot& slot, const typename Model::Config& config) {
  slot.type = &peripheral_type<Model>();
  slot.config.resize(sizeof config);
  std::memcpy(slot.config.data(), &config, sizeof config);
}

}  // namespace

StoreBytes::StoreBytes(StoreSpec spec)
    : spec_(std::move(spec)),
      bytes_(static_cast<std::uint8_t*>(std::calloc(spec_.bytes, 1))),
      dirty_(static_cast<std::uint8_t*>(std::calloc(page_count(), 1))) {
  HEDDLE_CHECK(bytes_ != nullptr);
  HEDDLE_CHECK(dirty_ != nullptr);
  HEDDLE_CHECK(spec_.image_first <= spec_.bytes);
  HEDDLE_CHECK(spec_.image.size() <= spec_.bytes - spec_.image_first);
  for (std::size_t i = 0; i < spec_.image.size(); ++i) {
    bytes_[spec_.image_first + i] = spec_.image[i] ^ spec_.fill;
  }
}

std::uint32_t StoreBytes::page_bytes(std::uint32_t page) const {
  return std::min(ByteStore::kPageBytes, spec_.bytes - page * ByteStore::kPageBytes);
}

void StoreBytes::reset_page(std::uint32_t page) {
  const std::uint32_t first = page * ByteStore::kPageBytes;
  for (std::uint32_t at = first; at < first + page_bytes(page); ++at) {
    const bool in_image = at >= spec_.image_first && at - spec_.image_first < spec_.image.size();
    bytes_[at] = in_image ? spec_.image[at - spec_.image_first] ^ spec_.fill : 0;
  }
  dirty_[page] = 0;
}

void StoreBytes::save(std::vector<std::byte>& out) const {
  const auto count = static_cast<std::uint32_t>(
      page_count() - std::count(dirty_.get(), dirty_.get() + page_count(), 0));
  append(out, &count, sizeof count);
  for (std::uint32_t page = 0; page < page_count(); ++page) {
    if (dirty_[page] == 0) continue;
    append(out, &page, sizeof page);
    append(out, bytes_.get() + std::size_t{page} * ByteStore::kPageBytes, page_bytes(page));
  }
}

bool StoreBytes::restore(std::span<const std::byte>& saved, bool apply) {
  std::uint32_t count = 0;
  if (!take(saved, &count, sizeof count)) return false;
  for (std::uint32_t page = 0; apply && page < page_count(); ++page) {
    if (dirty_[page] != 0) reset_page(page);
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint32_t page = 0;
    if (!take(saved, &page, sizeof page) || page >= page_count()) return false;
    const std::uint32_t size = page_bytes(page);
    if (saved.size() < size) return false;
    if (apply) {
      std::memcpy(bytes_.get() + std::size_t{page} * ByteStore::kPageBytes, saved.data(), size);
      dirty_[page] = 1;
    }
    saved = saved.subspan(size);
  }
  return true;
}

const PeripheralType& type_of(const PeripheralSetup& setup) {
  if (std::holds_alternative<UartSetup>(setup)) return peripheral_type<Uart>();
  if (std::holds_alternative<SpiFlashSetup>(setup)) return peripheral_type<SpiFlash>();
  if (std::holds_alternative<GpioSetup>(setup)) return peripheral_type<Gpio>();
  return *std::get<ModelSetup>(setup).type;
}

Slot make_slot(const PeripheralSetup& setup, std::span<const std::uint8_t> stream) {
  Slot slot;
  StoreSpec store;
  if (const auto* uart = std::get_if<UartSetup>(&setup)) {
    HEDDLE_CHECK(uart->divisor > 0);
    set_config<Uart>(slot, {.divisor = uart->divisor,
                            .stream_bytes = static_cast<std::uint32_t>(stream.size()),
                            .stream = stream.data(),
                            .fraction = uart->fraction,
                            .data_bits = uart->data_bits,
                            .parity = uart->parity,
                            .stop_half_bits = uart->stop_half_bits});
  } else if (const auto* flash = std::get_if<SpiFlashSetup>(&setup)) {
    set_config<SpiFlash>(slot, flash->config);
    store = {.bytes = flash->config.capacity_bytes,
             .fill = 0xFF,
             .image_first = flash->image_first,
             .image = flash->image};
  } else if (const auto* gpio = std::get_if<GpioSetup>(&setup)) {
    HEDDLE_CHECK(gpio->config.width <= Gpio::kWidthMax);
    set_config<Gpio>(slot, gpio->config);
  } else {
    const auto& model = std::get<ModelSetup>(setup);
    HEDDLE_CHECK(model.type != nullptr);
    HEDDLE_CHECK(model.config.size() == model.type->config_bytes);
    slot.type = model.type;
    slot.config = model.config;
    store = model.store;
  }
  if (store.bytes != 0) slot.store = std::make_unique<StoreBytes>(std::move(store));
  return slot;
}

}  // namespace heddle::gate
