// Addresses and their translation.
#include <gtest/gtest.h>

#include "heddle/base/random.h"
#include "heddle/system/mmu.h"
#include "support/system/machines.h"

namespace heddle::system {
namespace {

using test::code_of;

TEST(Address, every_field_goes_there_and_back) {
  const RandomStream random(1, "address");
  std::uint64_t draws = 0;
  const auto below = [&](std::uint64_t bound) { return random.below(bound, 0, draws++); };
  for (int i = 0; i < 20'000; ++i) {
    Location location;
    location.sip = static_cast<std::uint32_t>(below(64));
    location.die = static_cast<std::uint32_t>(below(32));
    location.region = static_cast<Region>(below(5));
    if (location.region == Region::Io) {
      location.die_kind = DieKind::IoChiplet;
      location.unit = static_cast<std::uint32_t>(below(kIoUnitCount));
      location.offset = below(std::uint64_t{1} << 36);
    } else if (location.region == Region::Hbm) {
      location.offset = below(std::uint64_t{1} << 40);
    } else if (location.region == Region::PeLocal) {
      location.pe = static_cast<std::uint32_t>(below(32));
      location.unit = static_cast<std::uint32_t>(below(kPeUnitCount));
      location.offset = below(std::uint64_t{1} << 31);
    } else {
      location.unit = static_cast<std::uint32_t>(
          below(location.region == Region::McpuLocal ? kMcpuUnitCount : 16));
      location.offset = below(std::uint64_t{1} << 36);
    }
    const auto address = encode(location);
    ASSERT_TRUE(address) << address.error().to_string();
    EXPECT_EQ(address->bits() >> 54, 0U);
    const auto back = decode(*address);
    ASSERT_TRUE(back) << back.error().to_string();
    EXPECT_EQ(*back, location);
  }
}

TEST(Address, fields_sit_where_the_map_says) {
  EXPECT_EQ(encode({.sip = 1})->bits(), std::uint64_t{1} << 48);
  EXPECT_EQ(encode({.die_kind = DieKind::IoChiplet, .region = Region::Io})->bits(),
            std::uint64_t{1} << 47);
  EXPECT_EQ(encode({.die = 1})->bits(), std::uint64_t{1} << 42);
  EXPECT_EQ(encode({.region = Region::PeLocal})->bits(), std::uint64_t{1} << 40);
  EXPECT_EQ(encode({.region = Region::CubeSram})->bits(), std::uint64_t{3} << 40);
  EXPECT_EQ(encode({.region = Region::PeLocal, .pe = 1})->bits(),
            std::uint64_t{1} << 40 | std::uint64_t{1} << 35);
  EXPECT_EQ(encode({.region = Region::PeLocal, .unit = 1})->bits(),
            std::uint64_t{1} << 40 | std::uint64_t{1} << 31);
}

TEST(Address, a_field_too_large_is_an_error) {
  EXPECT_EQ(code_of(encode({.sip = 64})), "system.address-field");
  EXPECT_EQ(code_of(encode({.die = 32})), "system.address-field");
  EXPECT_EQ(code_of(encode({.offset = std::uint64_t{1} << 40})), "system.address-field");
  EXPECT_EQ(code_of(encode({.region = Region::PeLocal, .unit = kPeUnitCount})),
            "system.address-field");
}

TEST(Address, reserved_bits_reserved_units_and_holes_fault) {
  const AddressLimits limits = Machine{}.address_limits();
  const auto faults = [&](std::uint64_t bits) {
    return code_of(decode(Pa(bits), limits)) == "system.address-fault";
  };
  EXPECT_FALSE(faults(0));
  EXPECT_TRUE(faults(std::uint64_t{1} << 54));
  EXPECT_TRUE(faults(std::uint64_t{2} << 48));   // SIP 2 of 2
  EXPECT_TRUE(faults(std::uint64_t{8} << 42));   // cube 8 of 8
  EXPECT_TRUE(faults(std::uint64_t{48} << 30));  // past the HBM
  EXPECT_FALSE(faults((std::uint64_t{48} << 30) - 1));
  EXPECT_TRUE(faults(std::uint64_t{1} << 40 | std::uint64_t{8} << 35));   // PE 8 of 8
  EXPECT_TRUE(faults(std::uint64_t{1} << 40 | std::uint64_t{11} << 31));  // unit 11
  const std::uint64_t pe_local = std::uint64_t{1} << 40;
  EXPECT_FALSE(faults(pe_local | ((2 << 20) - 1)));
  EXPECT_TRUE(faults(pe_local | 2 << 20));  // past the TCM's data
  EXPECT_FALSE(faults(pe_local | std::uint64_t{1} << 31 | ((256 << 10) - 1)));
  EXPECT_TRUE(faults(pe_local | std::uint64_t{1} << 31 | 256 << 10));  // past its scratch
  const std::uint64_t sram = std::uint64_t{3} << 40 | std::uint64_t{15} << 36;
  EXPECT_FALSE(faults(sram | ((2 << 20) - 1)));
  EXPECT_TRUE(faults(sram | 2 << 20));                                    // past a bank
  EXPECT_TRUE(faults(std::uint64_t{1} << 47 | std::uint64_t{1} << 40));   // IO bits 41, 40
  EXPECT_TRUE(faults(std::uint64_t{1} << 47 | std::uint64_t{10} << 36));  // IO unit 10
}

// Once bits coincided and a VA was decoded as a PA unnoticed.
TEST(Address, an_untranslated_virtual_address_always_faults) {
  const RandomStream random(2, "va");
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const Va va(random.at(0, i) >> 1);
    EXPECT_EQ(code_of(decode(Pa(va.bits()))), "system.address-fault");
  }
  EXPECT_EQ(code_of(decode(Pa(Va(0).bits()))), "system.address-fault");
  static_assert(!std::is_convertible_v<Va, Pa>);
  static_assert(!std::is_convertible_v<Pa, Va>);
  static_assert(!std::is_constructible_v<Pa, Va>);
}

TEST(PageTable, splits_a_range_at_pages_and_keeps_the_offset_within) {
  PageTable pages(PageSize::Small);
  constexpr std::uint64_t kPage = 64 << 10;
  ASSERT_TRUE(pages.map(Va(0), Pa(7 * kPage)));
  ASSERT_TRUE(pages.map(Va(kPage), Pa(3 * kPage)));
  const auto fragments = pages.translate(Va(kPage - 16), 48, false, {"pe0", "load #1", SimTime(5)});
  ASSERT_TRUE(fragments);
  ASSERT_EQ(fragments->size(), 2U);
  EXPECT_EQ((*fragments)[0].address, Pa(8 * kPage - 16));
  EXPECT_EQ((*fragments)[0].size_bytes, 16U);
  EXPECT_EQ((*fragments)[1].address, Pa(3 * kPage));
  EXPECT_EQ((*fragments)[1].size_bytes, 32U);
}

TEST(PageTable, faults_name_pe_operation_address_and_time) {
  PageTable pages;
  ASSERT_TRUE(pages.map(Va(0), Pa(0), {.can_write = false}));
  const AccessOrigin origin{"sip0.cube1.pe2", "store #7", SimTime(123)};
  for (const auto& [at, is_write] : {std::pair{Va(0), true}, {Va(4 << 20), false}}) {
    const auto fault = pages.translate(at, 4, is_write, origin);
    ASSERT_EQ(code_of(fault), "system.page-fault");
    const std::string text = fault.error().to_string();
    for (const std::string& part : {std::string("sip0.cube1.pe2"), std::string("store #7"),
                                    std::string("123 ps"), at.to_string()}) {
      EXPECT_NE(text.find(part), std::string::npos) << text;
    }
  }
}

TEST(PageTable, refuses_what_is_within_a_page_or_mapped_twice) {
  PageTable pages;
  EXPECT_EQ(code_of(pages.map(Va(4096), Pa(0))), "system.bad-mapping");
  EXPECT_EQ(code_of(pages.map(Va(0), Pa(4096))), "system.bad-mapping");
  EXPECT_TRUE(pages.map(Va(0), Pa(0)));
  EXPECT_EQ(code_of(pages.map(Va(0), Pa(2 << 20))), "system.bad-mapping");
}

TEST(Tlb, holds_the_64_pages_used_last) {
  Tlb tlb;
  for (std::uint64_t page = 0; page < 64; ++page) EXPECT_FALSE(tlb.look_up(page));
  for (std::uint64_t page = 0; page < 64; ++page) EXPECT_TRUE(tlb.look_up(page));
  EXPECT_FALSE(tlb.look_up(64));  // takes the place of page 0
  EXPECT_TRUE(tlb.look_up(1));
  EXPECT_FALSE(tlb.look_up(0));
  EXPECT_EQ(tlb.hit_count(), 65U);
  EXPECT_EQ(tlb.walk_count(), 66U);
}

}  // namespace
}  // namespace heddle::system
