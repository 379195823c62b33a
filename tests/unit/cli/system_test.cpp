// `heddle system`, from outside: benches, topologies, and bad input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "support/external_tool.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::cli {
namespace {

using heddle::test::ProcessResult;
using heddle::test::text_of_file;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class SystemCommand : public testing::Test {
 protected:
  ProcessResult run(std::vector<std::string> words) {
    words.insert(words.begin(), {HEDDLE_BINARY_DIR "/bin/heddle", "system"});
    heddle::test::ProcessOptions options;
    options.directory = directory_.path();
    return heddle::test::run_process(words, options);
  }

  heddle::test::TempDirectory directory_;
};

TEST_F(SystemCommand, runs_benches_and_writes_a_complete_report) {
  directory_.write("b.yaml",
                   "name: b\nbenches:\n  - {kind: noop}\n"
                   "  - {kind: all_reduce, algorithm: hierarchical_chain, world: 16}\n"
                   "  - {kind: halo, elements: 64, steps: 2}\n");
  const ProcessResult ran = run({"run", "b.yaml", "--out", "out"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("noop, 128 PEs: 0 ns"),
                             HasSubstr("all_reduce hierarchical_chain, 16 ranks, 1048576 bytes")));
  const std::string report = text_of_file(directory_.file("out/report.json"));
  EXPECT_THAT(report, AllOf(HasSubstr("\"status\": \"complete\""), HasSubstr("\"messages\": 30"),
                            HasSubstr("\"start_spread_ps\": 0")));
  const ProcessResult again = run({"run", "b.yaml", "--out", "out"});
  EXPECT_EQ(again.code, 2);
  EXPECT_THAT(again.err, HasSubstr("cli.run-exists"));
}

TEST_F(SystemCommand, verifies_data_and_has_one_digest_in_every_mode) {
  directory_.write("b.yaml",
                   "benches:\n  - {kind: gemm, m: 80, n: 72, k: 100}\n"
                   "  - {kind: qkv, m: 32, k: 64, n: 96, world: 4}\n");
  std::string digests;
  for (const char* mode : {"eager", "replay"}) {
    const ProcessResult ran = run({"run", "b.yaml", "--data", mode, "--out", mode});
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_THAT(ran.out, AllOf(HasSubstr("gemm 80x72x100, 1 PE"), HasSubstr("data verified")));
  }
  const auto digests_of = [&](const std::string& mode, const std::string& key) {
    std::string found;
    const std::string text = text_of_file(directory_.file(mode + "/report.json"));
    for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + 1)) {
      found += text.substr(at, text.find('\n', at) - at);
    }
    return found;
  };
  EXPECT_EQ(run({"run", "b.yaml", "--out", "none"}).code, 0);
  EXPECT_EQ(run({"run", "b.yaml", "--queue", "wheel", "--out", "wheel"}).code, 0);
  EXPECT_EQ(digests_of("eager", "timing_digest"), digests_of("replay", "timing_digest"));
  EXPECT_EQ(digests_of("eager", "timing_digest"), digests_of("none", "timing_digest"));
  EXPECT_EQ(digests_of("wheel", "timing_digest"), digests_of("none", "timing_digest"));
  EXPECT_EQ(digests_of("eager", "memory_digest"), digests_of("replay", "memory_digest"));
}

TEST_F(SystemCommand, has_one_report_for_any_partitions_and_threads) {
  directory_.write("m.yaml", "name: m\nsips: 4\ncubes: {rows: 1, columns: 2}\npes_per_cube: 2\n");
  directory_.write("b.yaml",
                   "machine: m.yaml\nbenches:\n"
                   "  - {kind: all_reduce, algorithm: ring, elements: 4096}\n"
                   "  - {kind: qkv, m: 32, k: 64, n: 96}\n"
                   "  - {kind: halo, elements: 64, steps: 2}\n");
  const auto result_of = [&](const std::string& out) {
    const std::string text = text_of_file(directory_.file(out + "/report.json"));
    return text.substr(0, text.find("\"run\": {"));
  };
  EXPECT_EQ(run({"run", "b.yaml", "--trace", "--out", "whole"}).code, 0);
  ASSERT_THAT(result_of("whole"), HasSubstr("timing_digest"));
  const std::vector<std::vector<std::string>> ways = {
      {"--threads", "2"}, {"--partitions", "8"}, {"--threads", "8", "--partitions", "16"}};
  for (const auto& way : ways) {
    std::vector<std::string> words = {"run", "b.yaml", "--trace", "--out", "cut", "--force"};
    words.insert(words.end(), way.begin(), way.end());
    const ProcessResult ran = run(words);
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(result_of("cut"), result_of("whole"));
    EXPECT_THAT(text_of_file(directory_.file("cut/report.json")), Not(HasSubstr("\"count\": 1,")));
    for (const char* trace : {"/trace-0.perfetto-trace", "/trace-2.perfetto-trace"}) {
      EXPECT_EQ(text_of_file(directory_.file("cut") + trace),
                text_of_file(directory_.file("whole") + trace));
    }
  }
}

TEST_F(SystemCommand, draws_how_busy_the_links_were) {
  // Two devices, 100 GB/s, no latency to speak of: 50 KiB each way take 512 ns and
  // nothing else happens, so both directions are busy all the time but 1 ns.
  directory_.write("m.yaml",
                   "ipcq: {slot_write_ps: 0}\npe: {free_math: true}\n"
                   "fabric: {shape: ring, devices: 2, latency_ps: 1000,"
                   " bandwidth_bytes_per_second: 100000000000}\n");
  directory_.write("b.yaml",
                   "machine: m.yaml\nbenches:\n"
                   "  - {kind: all_gather, algorithm: ring, elements: 25600}\n  - {kind: noop}\n");
  const ProcessResult ran = run({"run", "b.yaml", "--draw", "--out", "out"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  const std::string busy = text_of_file(directory_.file("out/links-0.svg"));
  EXPECT_THAT(busy, AllOf(HasSubstr("<title>pe0-&gt;pe1 99.8 %, back 99.8 %</title>"),
                          HasSubstr("stroke=\"#d43d2a\" stroke-width=\"5.0\"")));
  EXPECT_THAT(text_of_file(directory_.file("out/links-1.svg")),
              HasSubstr("<title>pe0-&gt;pe1 0.0 %, back 0.0 %</title>"));
}

TEST_F(SystemCommand, writes_a_trace) {
  directory_.write("b.yaml", "benches: [{kind: gemm, m: 128, n: 128, k: 64}]\n");
  EXPECT_EQ(run({"run", "b.yaml", "--trace", "--out", "out"}).code, 0);
  const std::string trace = text_of_file(directory_.file("out/trace.perfetto-trace"));
  EXPECT_THAT(trace, AllOf(HasSubstr("sip0.cube0.pe0"), HasSubstr("gemm tile"),
                           HasSubstr("sip0.cube0.hbm->sip0.cube0.noc")));
}

TEST_F(SystemCommand, traces_a_lane_a_unit_and_link_that_decode_to_the_times_of_the_model) {
  HEDDLE_NEED_TOOL("protoc");
  // Four tiles of 64x64x64: 64 + 126 cycles of GEMM each, one write-back each.
  directory_.write("b.yaml", "benches: [{kind: gemm, m: 128, n: 128, k: 64}]\n");
  ASSERT_EQ(run({"run", "b.yaml", "--trace", "--out", "out"}).code, 0);
  heddle::test::ProcessOptions options;
  options.input = text_of_file(directory_.file("out/trace.perfetto-trace"));
  const ProcessResult decoded = heddle::test::run_process(
      {"protoc", "--decode=Trace", "--proto_path=" HEDDLE_SOURCE_DIR "/tests/unit/trace",
       "perfetto_subset.proto"},
      options);
  ASSERT_EQ(decoded.code, 0) << decoded.err;
  // By track: its name, and the instants of its slices, begins and ends in turn.
  std::map<std::string, std::string> names;
  std::map<std::string, std::vector<std::int64_t>> gemm;
  std::istringstream text(decoded.out);
  std::string line, uuid, parent, name, time, type, track;
  int begins = 0, ends = 0;
  const auto value_of = [](const std::string& one) { return one.substr(one.find(": ") + 2); };
  while (std::getline(text, line)) {
    if (line == "packet {") uuid = name = time = type = track = "";
    if (line.starts_with("  timestamp:")) time = value_of(line);
    if (line.starts_with("    uuid:")) uuid = value_of(line);
    if (line.starts_with("    name:")) name = value_of(line);
    if (line.starts_with("    type:")) type = value_of(line);
    if (line.starts_with("    track_uuid:")) track = value_of(line);
    if (line != "}") continue;
    if (!uuid.empty()) names[uuid] = name;
    begins += type == "TYPE_SLICE_BEGIN" ? 1 : 0;
    ends += type == "TYPE_SLICE_END" ? 1 : 0;
    if (!track.empty() && names[track] == "\"gemm\"") gemm[track].push_back(std::stoll(time));
  }
  EXPECT_EQ(begins, ends);
  ASSERT_EQ(gemm.size(), 1U);
  const std::vector<std::int64_t>& edges = gemm.begin()->second;
  ASSERT_EQ(edges.size(), 8U);
  for (std::size_t i = 0; i < 8; i += 2) EXPECT_EQ(edges[i + 1] - edges[i], 190'000) << i;
  std::set<std::string> all;
  for (const auto& [id, one] : names) all.insert(one);
  for (const char* lane :
       {"\"sip0.cube0.pe0\"", "\"dma\"", "\"kernel\"", "\"links\"",
        "\"sip0.cube0.hbm->sip0.cube0.noc\"", "\"sip0.cube0.noc->sip0.cube0.hbm\""}) {
    EXPECT_EQ(all.count(lane), 1U) << lane;
  }
}

TEST_F(SystemCommand, describes_draws_and_routes_a_machine) {
  const ProcessResult all = run({"topology", "--svg", "m.svg", "--dot", "m.dot"});
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_THAT(all.out,
              AllOf(HasSubstr("128 PEs"), HasSubstr("1 hop at most"), HasSubstr("within 785 ns")));
  EXPECT_THAT(text_of_file(directory_.file("m.svg")), HasSubstr("</svg>"));
  EXPECT_THAT(text_of_file(directory_.file("m.dot")), HasSubstr("graph \"default\""));
  // 5 to the network, 20 + 20 over two cubes, 5 to the PE; 4096 bytes at 128 GB/s.
  const ProcessResult route =
      run({"topology", "--from", "sip0.cube0.pe0", "--to", "sip0.cube5.pe3", "--bytes", "4096"});
  EXPECT_THAT(route.out,
              AllOf(HasSubstr("4 links, latency 50 ns, 128 GB/s"), HasSubstr("4096 bytes: 82 ns")));
}

TEST_F(SystemCommand, tells_bad_input_with_its_place_and_exits_with_2) {
  directory_.write("bad.yaml", "name: b\nbenches:\n  - {kind: all_reduse}\n");
  const ProcessResult kind = run({"run", "bad.yaml"});
  EXPECT_EQ(kind.code, 2);
  EXPECT_THAT(kind.err, AllOf(HasSubstr("bad.yaml:3"), HasSubstr("all_reduce")));
  directory_.write("size.yaml", "benches: [{kind: all_reduce, world: 12}]\n");
  const ProcessResult size = run({"run", "size.yaml", "--out", "size"});
  EXPECT_EQ(size.code, 2);
  EXPECT_THAT(size.err, HasSubstr("system.collective-size"));
  EXPECT_THAT(text_of_file(directory_.file("size/report.json")),
              HasSubstr("\"status\": \"failed\""));
  directory_.write("m.yaml", "pe_link: {latency_ps: -5}\n");
  const ProcessResult machine = run({"topology", "m.yaml"});
  EXPECT_EQ(machine.code, 2);
  EXPECT_THAT(machine.err, HasSubstr("m.yaml:1"));
  const ProcessResult node = run({"topology", "--from", "sip0.cube0.pe99", "--to", "host"});
  EXPECT_EQ(node.code, 2);
  EXPECT_THAT(node.err, HasSubstr("system.unknown-node"));
}

TEST_F(SystemCommand, runs_the_examples) {
  for (const char* example : {"system_collectives/switch.yaml", "system_qkv/small.yaml"}) {
    const ProcessResult ran = run(
        {"run", std::string(HEDDLE_SOURCE_DIR "/examples/") + example, "--out", "out", "--force"});
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("data verified"));
  }
}

}  // namespace
}  // namespace heddle::cli
