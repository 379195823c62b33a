// Flattening: hierarchy, aliases, constants, names, ports, initial values.
#include <gtest/gtest.h>

#include "netlist_text.h"

namespace heddle::gate {
namespace {

/// Index of the first name whose full text is `text`.
const NetName* find_name(const FlatNetlist& flat, std::string_view text) {
  for (const NetName& name : flat.net_names) {
    if (flat.names.full_name(name.name) == text) return &name;
  }
  return nullptr;
}

FlatNetlist must_flatten(const std::string& modules, std::string_view top = "") {
  Result<FlatNetlist> flat = flatten_text(netlist_of(modules), top);
  EXPECT_TRUE(flat.has_value()) << flat.error().to_string();
  return flat ? std::move(*flat) : FlatNetlist();
}

/// An inverter cell of a library, and a feed-through "clock buffer".
const std::string kLibrary =
    "\"INV\": {\"ports\": {" + port("A", "input", "2") + "," + port("Y", "output", "3") +
    "}, \"cells\": {" + cell("$n", "$_NOT_", R"("A": [2], "Y": [3])") + "}, \"netnames\": {" +
    net("A", "2") + "," + net("Y", "3") + "}},\n\"BUF\": {\"ports\": {" + port("A", "input", "2") +
    "," + port("Y", "output", "2") + "}, \"cells\": {}, \"netnames\": {}},\n";

TEST(Flatten, instances_become_scopes_and_their_ports_the_nets_outside) {
  const FlatNetlist flat =
      must_flatten(kLibrary + top_module(port("a", "input", "2") + "," + port("y", "output", "4"),
                                         cell("u1", "INV", R"("A": [2], "Y": [3])") + "," +
                                             cell("u.2", "INV", R"("A": [3], "Y": [4])"),
                                         net("mid", "3")));
  ASSERT_EQ(flat.gates.size(), 2U);
  const NetId a = flat.ports[0].bits[0];
  const NetId y = flat.ports[1].bits[0];
  EXPECT_EQ(flat.inputs(flat.gates[0])[0], a);
  EXPECT_EQ(flat.gates[0].output, flat.inputs(flat.gates[1])[0]);
  EXPECT_EQ(flat.gates[1].output, y);
  EXPECT_EQ(flat.net_count, kConstantNetCount + 3);
  EXPECT_EQ(flat.names.full_name(flat.gates[1].name), "u.2.$n");
  ASSERT_NE(find_name(flat, "u.2.A"), nullptr);
  EXPECT_EQ(flat.bits(*find_name(flat, "u.2.A"))[0], flat.bits(*find_name(flat, "mid"))[0]);
  EXPECT_TRUE(find_name(flat, "u.2.A")->library);
  EXPECT_FALSE(find_name(flat, "mid")->library);
  EXPECT_EQ(NetNaming(flat).name_of(flat.gates[0].output), "mid");
}

}  // namespace
}  // namespace heddle::gate
