// Malformed texts: twenty or more of each kind, each message at its place.
#include "marked_text.h"

namespace heddle::gate {
namespace {

TEST(MalformedText, broken_json_is_a_syntax_fault) {
  const std::string head = "{\"modules\": {\"t\": ";
  expect_all_fail("gate.netlist.syntax",
                  {
                      "@",
                      " \n @",
                      "{@",
                      "{\"modules\": {}@",
                      "{\"modules\": {} }@}",
                      "{\"modules\": {\"t\": {}} } @{}",
                      "{\"modules\" @{}}",
                      "{@12: 3}",
                      "{\"modules\": {\"t\" @{}}}",
                      "{\"modules\": {\"t\": {} @\"u\": {}}}",
                      "{\"modules\": {\"t\": {},@}}",
                      head + "{\"cells\": {\"c\": {\"type\": @\"\\q\", \"connections\": {}}}}}}",
                      head + "{\"cells\": {@\"\\u12\": {}}}}}",
                      head + "{\"ports\": {\"p\": {\"direction\": \"input\", \"bits\": [2 @3]}}}}}",
                      head + "{\"ports\": {\"p\": {\"direction\": \"input\", \"bits\": [2@}}}}}",
                      head + "{\"ports\": {\"p\": {\"direction\": inp\", \"bits@\": [2]}}}}}",
                      head + "{\"cells\": {\"c\": @}}}}",
                      head + "{\"ports\": {\"p\": {\"bits\"@}}}}}",
                      "{\"modules\": {\"t\": {\"ports\": {}@",
                      "{\"modules\": @\"unclosed",
                      "{\"modules\": {\"tab@\there\": {}}}",
                      "@\xff\xfe{}",
                      "{\"modules\": {\"@\xc3\x28\": {}}}",
                  });
}

TEST(MalformedText, values_of_another_type_are_named) {
  const std::string cell = "{\"modules\": {\"t\": {\"cells\": {\"c\": ";
  const std::string port = "{\"modules\": {\"t\": {\"ports\": {\"p\": ";
  const std::string name = "{\"modules\": {\"t\": {\"netnames\": {\"n\": ";
  expect_all_fail(
      "gate.netlist.wrong-type",
      {
          "@[]",
          "@12",
          "@\"text\"",
          "@null",
          "{\"modules\": @[]}",
          "{\"modules\": @3}",
          "{\"modules\": {\"t\": @[]}}",
          "{\"modules\": {\"t\": {\"ports\": @[]}}}",
          "{\"modules\": {\"t\": {\"cells\": @0}}}",
          "{\"modules\": {\"t\": {\"netnames\": @true}}}",
          "{\"modules\": {\"t\": {\"attributes\": @\"\"}}}",
          cell + "@[]}}}}",
          cell + "{\"type\": @1, \"connections\": {}}}}}}",
          cell + "{\"type\": \"a\", \"connections\": @[]}}}}}",
          cell + "{\"type\": \"a\", \"connections\": {\"A\": @2}}}}}}",
          cell + "{\"type\": \"a\", \"parameters\": @null, \"connections\": {}}}}}}",
          cell + "{\"attributes\": {\"src\": @{}}}}}}}",
          port + "@\"input\"}}}}",
          port + "{\"direction\": @0, \"bits\": []}}}}}",
          port + "{\"direction\": \"input\", \"bits\": @{}}}}}}",
          port + "{\"direction\": \"input\", \"bits\": [], \"offset\": @\"1\"}}}}}",
          port + "{\"direction\": \"input\", \"bits\": [], \"offset\": @1.5}}}}}",
          port + "{\"direction\": \"input\", \"bits\": [], \"offset\": @4294967296}}}}}",
          port + "{\"direction\": \"input\", \"bits\": [], \"upto\": @[]}}}}}",
          name + "@[2]}}}}",
          name + "{\"bits\": @2}}}}}",
          name + "{\"bits\": [2], \"hide_name\": @\"1\"}}}}}",
          name + "{\"bits\": [2], \"attributes\": @[]}}}}}",
      });
}

TEST(MalformedText, missing_keys_are_named_where_they_belong) {
  std::vector<std::string> texts = {"@{}", "@{\"creator\": \"x\"}"};
  // Every subset of the keys that a port, a cell or a name must have.
  const auto in_module = [](const std::string& list, const std::string& body) {
    return "{\"modules\": {\"t\": {\"" + list + "\": {\n@\"item\": {" + body + "}}}}}";
  };
  for (const char* extra : {"", "\"z\": 1", "\"z\": [[[]]]", "\"attributes\": {}"}) {
    const std::string more = extra;
    const std::string comma = more.empty() ? "" : ", ";
    texts.push_back(in_module("ports", more));
    texts.push_back(in_module("ports", "\"bits\": [2]" + comma + more));
    texts.push_back(in_module("ports", "\"direction\": \"input\"" + comma + more));
    texts.push_back(in_module("cells", more));
    texts.push_back(in_module("cells", "\"type\": \"$_NOT_\"" + comma + more));
    texts.push_back(in_module("cells", "\"connections\": {}" + comma + more));
    texts.push_back(in_module("netnames", more));
  }
  expect_all_fail("gate.netlist.missing-key", texts);
}

TEST(MalformedText, what_is_no_bit_is_pointed_at) {
  std::vector<std::string> texts;
  for (const char* bad : {"0",     "1",      "-1",  "-2",   "2.5",    "2e1", "\"2\"", "\"\"",
                          "\"X\"", "\"10\"", "\"0", "null", "true",   "02x", "\"Z\"", "\"\\u0030\"",
                          "2a",    "[]",     "{}",  "+2",   "\" 0\"", "nan"}) {
    if (std::string_view(bad) == "\"0") continue;  // not closed: another fault
    texts.push_back(
        "{\"modules\": {\"t\": {\"ports\": {\n\"p\": {\"direction\": \"input\", "
        "\"bits\": [ 2,\n @" +
        std::string(bad) + " ]}}}}}");
  }
  expect_all_fail("gate.netlist.bad-bit", texts);
}

TEST(MalformedText, net_numbers_beyond_the_size_of_the_text_are_refused) {
  std::vector<std::string> texts;
  for (const char* number :
       {"1000", "4095", "65536", "1000000", "2147483647", "2147483648", "4294967294", "4294967295",
        "4294967296", "4294967298", "9007199254740993", "9223372036854775807",
        "9223372036854775808", "18446744073709551615", "18446744073709551616",
        "99999999999999999999999999999999"}) {
    texts.push_back(
        "{\"modules\": {\"t\": {\"ports\": {\"p\": {\"direction\": \"input\", "
        "\"bits\": [2, @" +
        std::string(number) + "]}}}}}");
    texts.push_back(
        "{\"modules\": {\"t\": {\"cells\": {\"c\": {\"type\": \"$_NOT_\", "
        "\"connections\": {\"A\": [@" +
        std::string(number) + "]}}}}}}");
  }
  expect_all_fail("gate.netlist.bad-net-number", texts);
}

TEST(MalformedText, names_and_keys_that_stand_twice_are_refused) {
  const std::string cell = "{\"modules\": {\"t\": {\"cells\": {\"c\": {\"type\": \"$_NOT_\"";
  const std::string open = ", \"connections\": {}";
  const std::string port = "{\"modules\": {\"t\": {\"ports\": {\"p\": {\"direction\": \"input\", ";
  const std::string name = "{\"modules\": {\"t\": {\"netnames\": {\"n\": {\"bits\": [2]";
  expect_all_fail("gate.netlist.duplicate-name",
                  {
                      "{\"modules\": {}, @\"modules\": {}}",
                      "{\"modules\": {\"t\": {}, @\"t\": {}}}",
                      "{\"modules\": {\"t\": {}, \"u\": {}, @\"\\u0074\": {}}}",
                      "{\"modules\": {\"t\": {\"ports\": {}, @\"ports\": {}}}}",
                      "{\"modules\": {\"t\": {\"cells\": {}, @\"cells\": {}}}}",
                      "{\"modules\": {\"t\": {\"netnames\": {}, @\"netnames\": {}}}}",
                      "{\"modules\": {\"t\": {\"attributes\": {}, @\"attributes\": {}}}}",
                      cell + open + "}, @\"c\": {\"type\": \"$_NOT_\"" + open + "}}}}}",
                      cell + open + ", @\"type\": \"$_BUF_\"}}}}}",
                      cell + open + ", @\"connections\": {}}}}}}",
                      cell + open + ", \"parameters\": {}, @\"parameters\": {}}}}}}",
                      cell + open + ", \"attributes\": {}, @\"attributes\": {}}}}}}",
                      cell + ", \"connections\": {\"A\": [2], @\"A\": [2]}}}}}}",
                      cell + ", \"connections\": {\"A\": [2], \"Y\": [3], @\"\\u0041\": [2]}}}}}}",
                      cell + open + ", \"parameters\": {\"P\": 1, @\"P\": 1}}}}}}",
                      port + "\"bits\": []}, @\"p\": {\"direction\": \"input\", \"bits\": []}}}}}",
                      port + "\"bits\": [], @\"bits\": []}}}}}",
                      port + "\"bits\": [], @\"direction\": \"output\"}}}}}",
                      port + "\"bits\": [], \"offset\": 1, @\"offset\": 1}}}}}",
                      port + "\"bits\": [], \"upto\": 1, @\"upto\": 1}}}}}",
                      name + "}, @\"n\": {\"bits\": []}}}}}",
                      name + ", @\"bits\": []}}}}}",
                      name + ", \"hide_name\": 0, @\"hide_name\": 1}}}}}",
                  });
}

TEST(MalformedText, unknown_directions_are_named) {
  std::vector<std::string> texts;
  for (const char* word : {"",        "in", "out",    "Input",   "INPUT", "inputs",   " input",
                           "output ", "io", "in_out", "inOut",   "ouput", "inptu",    "0",
                           "1",       "x",  "buffer", "linkage", "ref",   "\\u0069n", "none"}) {
    texts.push_back("{\"modules\": {\"t\": {\"ports\": {\"p\": {\n  \"direction\": @\"" +
                    std::string(word) + "\", \"bits\": []}}}}}");
  }
  expect_all_fail("gate.netlist.bad-direction", texts);
}

TEST(MalformedText, several_faults_are_collected_in_one_reading) {
  const auto design = read_yosys_json(
      "{\"modules\": {\"t\": {\"ports\": {\"p\": {\"direction\": \"in\", \"bits\": [1]}},\n"
      "\"cells\": {\"c\": {\"type\": \"$_NOT_\"}}}}}",
      "n.json");
  ASSERT_FALSE(design.has_value());
  EXPECT_EQ(design.error().to_string(),
            "n.json:1:49: error: port 'p' has the direction 'in' [gate.netlist.bad-direction]\n"
            "  help: a direction is input, output or inout\n"
            "n.json:1:64: error: 1 is not a bit [gate.netlist.bad-bit]\n"
            "  help: a bit is a net number from 2 on, or one of \"0\", \"1\", \"x\", \"z\"\n"
            "n.json:2:11: error: a cell has no key 'connections' [gate.netlist.missing-key]\n");
}

TEST(MalformedText, deep_nesting_where_nothing_is_read_is_skipped) {
  const std::size_t depth = 200000;
  const std::string nest = std::string(depth, '[') + std::string(depth, ']');
  EXPECT_TRUE(read_yosys_json("{\"x\": " + nest + ", \"modules\": {\"t\": {}}}", "n").has_value());
  EXPECT_FALSE(read_yosys_json("{\"modules\": " + nest + "}", "n").has_value());
  EXPECT_FALSE(read_yosys_json(std::string(depth, '['), "n").has_value());
}

}  // namespace
}  // namespace heddle::gate
