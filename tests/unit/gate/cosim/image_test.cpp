// Memory images: what each format means, and what is wrong with bad ones.
#include "gate/cosim/image.h"

#include <gtest/gtest.h>

#include "support/external_tool.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::gate {
namespace {

using heddle::test::TempDirectory;

std::string error_of(const Result<Image>& image) {
  if (image) return "no error";
  const Diagnostic& first = image.error().list().at(0);
  return first.where().to_string() + " " + first.text();
}

TEST(HexImage, ReadsWordsAddressesAndComments) {
  const auto image = decode_image("// first\n1 f_F\n@10 /* two\nlines */ abc\nx 0z1\n", "m.hex",
                                  ImageFormat::Hex, 12);
  ASSERT_TRUE(image.has_value()) << image.error().to_string();
  ASSERT_EQ(image->words.size(), 5U);
  const std::uint64_t expected[][2] = {{0, 1}, {1, 0xFF}, {16, 0xABC}, {17, 0}, {18, 1}};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(image->words[i].address, expected[i][0]);
    EXPECT_EQ(image->words[i].bits.at(0), expected[i][1]);
  }
}

TEST(HexImage, ReadsWordsWiderThanAMachineWord) {
  const auto image =
      decode_image("1_0000_0000_0000_0000_0000_0000_8000_0001", "m.hex", ImageFormat::Hex, 129);
  ASSERT_TRUE(image.has_value()) << image.error().to_string();
  EXPECT_EQ(image->words.at(0).bits, (std::vector<std::uint64_t>{0x80000001, 0, 1}));
}

TEST(HexImage, PutsAFingerOnWhatIsWrong) {
  const auto error = [](std::string_view text, std::uint32_t width) {
    return error_of(decode_image(text, "m.hex", ImageFormat::Hex, width));
  };
  EXPECT_EQ(error("1\n 2g\n", 8),
            "m.hex:2:2 this is no hex image: this is not a hexadecimal digit");
  EXPECT_EQ(error("1ff", 8), "m.hex:1:1 this is no hex image: the number has more than 8 bits");
  EXPECT_EQ(error("0ff", 8), "no error");
  EXPECT_EQ(error("@", 8), "m.hex:1:2 this is no hex image: a number is missing");
  EXPECT_EQ(error("1\n/* x", 8), "m.hex:2:1 this is no hex image: a comment does not end");
  EXPECT_EQ(error("1/2", 8), "m.hex:1:2 this is no hex image: a number is missing");
}

TEST(IntelHexImage, ReadsDataAndBothKindsOfExtendedAddress) {
  // Checksums by the rule of the format: all bytes of a record add up to 0.
  const auto image = decode_image(
      ":0300300002337A1E\r\n:020000021200EA\n:0100000055AA\n:020000040001F9\n:01000200AA53\n"
      ":0400000500000000F7\n:00000001FF\nwhat follows the end is nothing\n",
      "f.ihex", ImageFormat::IntelHex, 8);
  ASSERT_TRUE(image.has_value()) << image.error().to_string();
  ASSERT_EQ(image->runs.size(), 3U);
  EXPECT_EQ(image->runs[0].address, 0x30U);
  EXPECT_EQ(image->runs[0].bytes, (std::vector<std::uint8_t>{0x02, 0x33, 0x7A}));
  EXPECT_EQ(image->runs[1].address, 0x12000U);
  EXPECT_EQ(image->runs[2].address, 0x10002U);
}

TEST(IntelHexImage, PutsAFingerOnWhatIsWrong) {
  const auto error = [](std::string_view text) {
    return error_of(decode_image(text, "f.ihex", ImageFormat::IntelHex, 8));
  };
  EXPECT_EQ(error(":0300300002337A1F\n"),
            "f.ihex:1:1 this is no Intel hex image: the checksum does not fit the record");
  EXPECT_EQ(error("\n:0400300002337A1D\n"),
            "f.ihex:2:1 this is no Intel hex image: the record is not as long as it says");
  EXPECT_EQ(error(":0300300002337G1E\n"),
            "f.ihex:1:1 this is no Intel hex image: this is not a hexadecimal digit");
  EXPECT_EQ(error("0300300002337A1E\n"),
            "f.ihex:1:1 this is no Intel hex image: a record starts with ':' and has at least "
            "five bytes");
  EXPECT_EQ(error(":0100000055AA\n"),
            "f.ihex:1:1 this is no Intel hex image: the end record is missing");
  EXPECT_EQ(error(":00000006FA\n"),
            "f.ihex:1:1 this is no Intel hex image: record types are 00 to 05");
  EXPECT_EQ(error(":0100000412E9\n"),
            "f.ihex:1:1 this is no Intel hex image: an address record has two bytes");
}

void put(std::string& bytes, std::size_t at, std::uint64_t value, unsigned size) {
  for (unsigned i = 0; i < size; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i));
}

/// An ELF with one loadable segment `data` at `address` and a note, by the ELF specification.
std::string elf(bool wide, std::uint64_t address, const std::string& data) {
  const std::size_t header = wide ? 64 : 52;
  const std::size_t entry = wide ? 56 : 32;
  std::string bytes(header + 2 * entry, '\0');
  bytes.replace(0, 4,
                "\x7f"
                "ELF");
  bytes[4] = wide ? 2 : 1;
  bytes[5] = 1;
  const unsigned word = wide ? 8 : 4;
  put(bytes, wide ? 32 : 28, header, word);
  put(bytes, wide ? 54 : 42, entry, 2);
  put(bytes, wide ? 56 : 44, 2, 2);
  put(bytes, header, 4, 4);  // PT_NOTE
  const std::size_t at = header + entry;
  put(bytes, at, 1, 4);  // PT_LOAD
  put(bytes, at + (wide ? 8 : 4), bytes.size(), word);
  put(bytes, at + (wide ? 16 : 8), 0x7777, word);  // virtual address: not used
  put(bytes, at + (wide ? 24 : 12), address, word);
  put(bytes, at + (wide ? 32 : 16), data.size(), word);
  put(bytes, at + (wide ? 40 : 20), data.size() + 100, word);
  return bytes + data;
}

TEST(ElfImage, LoadsSegmentsAtTheirPhysicalAddresses) {
  for (const bool wide : {false, true}) {
    const auto image = decode_image(elf(wide, 0x1234, "payload"), "f", ImageFormat::Elf, 8);
    ASSERT_TRUE(image.has_value()) << image.error().to_string();
    ASSERT_EQ(image->runs.size(), 1U);
    EXPECT_EQ(image->runs[0].address, 0x1234U);
    EXPECT_EQ(std::string(image->runs[0].bytes.begin(), image->runs[0].bytes.end()), "payload");
  }
}

TEST(ElfImage, RefusesEveryTruncation) {
  for (const bool wide : {false, true}) {
    const std::string whole = elf(wide, 0x1234, "payload");
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(decode_image(whole.substr(0, size), "f", ImageFormat::Elf, 8).has_value())
          << size;
    }
    std::string big_endian = whole;
    big_endian[5] = 2;
    EXPECT_FALSE(decode_image(big_endian, "f", ImageFormat::Elf, 8).has_value());
  }
}

TEST(ElfImage, AgreesWithObjcopy) {
  HEDDLE_NEED_TOOL("riscv64-unknown-elf-objcopy");
  const TempDirectory directory;
  const std::string bytes = "some bytes that objcopy turns into ELF and Intel hex";
  const std::string plain = directory.write("plain.bin", bytes);
  const auto convert = [&](const std::string& format, const std::string& name) {
    const auto run =
        heddle::test::run_process({"riscv64-unknown-elf-objcopy", "-I", "binary", "-O", format,
                                   "--change-addresses", "0x8000", plain, directory.file(name)});
    EXPECT_EQ(run.code, 0) << run.err;
    return heddle::test::text_of_file(directory.file(name));
  };
  const std::string text = convert("ihex", "plain.ihex");
  const auto image = decode_image(text, "plain.ihex", ImageFormat::IntelHex, 8);
  ASSERT_TRUE(image.has_value()) << image.error().to_string();
  std::string found;
  for (const Image::Run& run : image->runs) {
    EXPECT_EQ(run.address, 0x8000 + found.size());
    found.append(run.bytes.begin(), run.bytes.end());
  }
  EXPECT_EQ(found, bytes);
}

TEST(ImageFormat, IsGuessedFromTheContentThenFromTheName) {
  EXPECT_EQ(guess_format("\x7f"
                         "ELF...",
                         "a.hex"),
            ImageFormat::Elf);
  EXPECT_EQ(guess_format(":00000001FF", "a.hex"), ImageFormat::IntelHex);
  EXPECT_EQ(guess_format("@0 12", "a.hex"), ImageFormat::Hex);
  EXPECT_EQ(guess_format("@0 12", "a.mem"), ImageFormat::Hex);
  EXPECT_EQ(guess_format("12", "a.ihex"), ImageFormat::IntelHex);
  EXPECT_EQ(guess_format("12", "a.bin"), ImageFormat::Binary);
  EXPECT_EQ(guess_format("", "a"), ImageFormat::Binary);
}

ImageEntry entry(const std::string& path, std::uint64_t base = 0, std::uint64_t offset = 0) {
  ImageEntry out;
  out.path = {path, {"run.yaml", 3, 4}};
  out.base = base;
  out.offset = offset;
  return out;
}

TEST(LoadMemory, PlacesBytesInWordsOfEveryWholeByteWidth) {
  const TempDirectory directory;
  std::string bytes;
  for (int i = 0; i < 48; ++i) bytes += static_cast<char>(i + 1);
  const std::string path = directory.write("m.bin", bytes);
  for (const std::uint32_t width : {8U, 16U, 24U, 32U, 64U, 96U, 128U}) {
    const std::size_t row_words = (width + 63) / 64;
    std::vector<std::uint64_t> rows(64 * row_words, 0);
    Diagnostics warnings;
    ASSERT_TRUE(load_memory(entry(path, 0, 5), "m", width, 64, 0, rows, warnings).has_value());
    for (std::uint32_t i = 0; i < 48; ++i) {
      const std::uint32_t at = i + 5;
      const std::uint32_t bit = at % (width / 8) * 8;
      const std::uint64_t word = rows[at / (width / 8) * row_words + bit / 64];
      EXPECT_EQ(word >> (bit % 64) & 0xFF, i + 1) << width << " " << i;
    }
    EXPECT_TRUE(warnings.empty());
  }
}

TEST(LoadMemory, CountsHexAddressesFromTheMemorysOwnFirst) {
  const TempDirectory directory;
  const std::string path = directory.write("m.hex", "@13 a b");
  std::vector<std::uint64_t> rows(4, 7);
  Diagnostics warnings;
  ASSERT_TRUE(load_memory(entry(path), "m", 5, 4, 0x12, rows, warnings).has_value());
  EXPECT_EQ(rows, (std::vector<std::uint64_t>{7, 0xA, 0xB, 7}));
}

TEST(LoadMemory, RefusesWhatDoesNotFit) {
  const TempDirectory directory;
  const std::string path = directory.write("m.bin", "12345");
  std::vector<std::uint64_t> rows(4, 0);
  Diagnostics warnings;
  const auto code = [&](const ImageEntry& image, std::uint32_t width) {
    const Status status = load_memory(image, "m", width, 4, 0, rows, warnings);
    return status ? std::string("fits") : std::string(status.error().list().at(0).code());
  };
  EXPECT_EQ(code(entry(path), 8), "cosim.image-too-large");
  EXPECT_EQ(code(entry(path), 16), "fits");
  EXPECT_EQ(code(entry(path, 0, 3), 16), "fits");
  EXPECT_EQ(code(entry(path, 0, 4), 16), "cosim.image-too-large");
  EXPECT_EQ(code(entry(path, 1), 16), "cosim.image-too-large");
  EXPECT_EQ(code(entry(path, 0, ~std::uint64_t{0}), 16), "cosim.image-too-large");
  EXPECT_EQ(code(entry(path), 12), "cosim.bad-image");
  EXPECT_EQ(code(entry(directory.file("absent")), 8), "file.not-found");
}

TEST(LoadFlash, ErasesWhatLiesBetweenTheParts) {
  const TempDirectory directory;
  const std::string path = directory.write("f.hex", "@4 11 22\n@8 33");
  Diagnostics warnings;
  const auto flash = load_flash(entry(path, 0, 0x100), "f", 4096, warnings);
  ASSERT_TRUE(flash.has_value()) << flash.error().to_string();
  EXPECT_EQ(flash->first, 0x104U);
  EXPECT_EQ(flash->bytes, (std::vector<std::uint8_t>{0x11, 0x22, 0xFF, 0xFF, 0x33}));
}

TEST(LoadFlash, WarnsOfAnEmptyFileAndRefusesOneThatIsTooLarge) {
  const TempDirectory directory;
  Diagnostics warnings;
  const auto empty = load_flash(entry(directory.write("e.bin", "")), "f", 4096, warnings);
  ASSERT_TRUE(empty.has_value());
  EXPECT_TRUE(empty->bytes.empty());
  ASSERT_EQ(warnings.list().size(), 1U);
  EXPECT_EQ(warnings.list()[0].code(), "cosim.image-empty");
  const std::string big = directory.write("b.bin", std::string(4097, 'x'));
  const auto large = load_flash(entry(big), "f", 4096, warnings);
  ASSERT_FALSE(large.has_value());
  EXPECT_EQ(large.error().list().at(0).code(), "cosim.image-too-large");
}

TEST(DumpMemory, IsReadBackByTheHexReader) {
  for (const std::uint32_t width : {1U, 5U, 8U, 64U, 65U, 130U}) {
    const std::size_t row_words = (width + 63) / 64;
    std::vector<std::uint64_t> rows;
    for (std::uint64_t row = 0; row < 9; ++row) {
      for (std::size_t word = 0; word < row_words; ++word) {
        const std::uint32_t bits =
            std::min<std::uint32_t>(64, width - 64 * static_cast<std::uint32_t>(word));
        rows.push_back((row + 1) * 0x9E3779B97F4A7C15 >> (64 - bits));
      }
    }
    const auto image =
        decode_image(dump_memory("d.hex", rows, width, 0x20), "d.hex", ImageFormat::Hex, width);
    ASSERT_TRUE(image.has_value()) << image.error().to_string();
    ASSERT_EQ(image->words.size(), 9U);
    for (std::size_t row = 0; row < 9; ++row) {
      EXPECT_EQ(image->words[row].address, 0x20 + row);
      EXPECT_TRUE(std::equal(image->words[row].bits.begin(), image->words[row].bits.end(),
                             rows.begin() + static_cast<std::ptrdiff_t>(row * row_words)));
    }
  }
}

}  // namespace
}  // namespace heddle::gate
