// A hundred netlists and libraries with one mistake each: the message stands
// where the mark `@` is, and nothing crashes on the way.
#include <algorithm>

#include "design_text.h"

namespace heddle::gate {
namespace {

struct Mistake {
  const char* code;
  std::string text;  ///< with a mark
};

/// Takes the mark out; its place is returned.
SourcePosition unmark(std::string& text, const std::string& file) {
  const std::size_t at = text.find('@');
  EXPECT_NE(at, std::string::npos) << text;
  SourcePosition place{file, 1, 1};
  if (at == std::string::npos) return place;
  text.erase(at, 1);
  for (std::size_t i = 0; i < at; ++i) {
    place.column = text[i] == '\n' ? 1 : place.column + 1;
    if (text[i] == '\n') ++place.line;
  }
  return place;
}

void expect_mistake(const Mistake& mistake, const DesignTexts& texts, const SourcePosition& place) {
  const auto flat = flatten_texts(texts, "top");
  ASSERT_FALSE(flat.has_value()) << "accepted: " << mistake.text;
  const auto& list = flat.error().list();
  EXPECT_TRUE(std::any_of(
      list.begin(), list.end(),
      [&](const Diagnostic& one) { return one.code() == mistake.code && one.where() == place; }))
      << "expected " << mistake.code << " at " << place.to_string() << " of\n"
      << mistake.text << "\ngot\n"
      << flat.error().to_string();
}

constexpr const char* kSyntax = "gate.netlist.verilog-syntax";
constexpr const char* kLiberty = "gate.netlist.liberty-syntax";
constexpr const char* kDuplicate = "gate.netlist.duplicate-name";
constexpr const char* kWidth = "gate.netlist.width-mismatch";
constexpr const char* kBehaviour = "gate.netlist.behaviour";
constexpr const char* kUnknownPort = "gate.netlist.unknown-port";

const std::vector<Mistake> kBodies{
    {kSyntax, "assign y = a @b;"},
    {kSyntax, "wire [7-@] v;"},
    {kSyntax, "assign y = @;"},
    {kSyntax, "assign y = (a@;"},
    {kSyntax, "assign y = a & @;"},
    {kSyntax, "assign y = a ? b @;"},
    {kSyntax, "assign y = {a, @};"},
    {kSyntax, "assign y = {2{a}@;"},
    {kSyntax, "assign y = @{2000000{a}};"},
    {kSyntax, "assign y = @4'b12;"},
    {kSyntax, "assign y = @4'q1;"},
    {kSyntax, "assign y = @0'b1;"},
    {kSyntax, "assign y = @99999999'b1;"},
    {kSyntax, "assign y = @99999999999999999999;"},
    {kSyntax, "assign y = @'hG;"},
    {kSyntax, "assign y = @\"a\";"},
    {kSyntax, "assign y = a @+ b;"},
    {kSyntax, "assign y = a @< b;"},
    {kSyntax, "assign y = @$signed(a);"},
    {kSyntax, "assign y = @f(a);"},
    {kSyntax, "assign @1'b1 = a;"},
    {kSyntax, "assign @{a, 1'b1} = y;"},
    {kSyntax, "assign @;"},
    {kSyntax, "assign y @a;"},
    {kSyntax, "wire [3:0] v; assign y = @v[4];"},
    {kSyntax, "wire [3:0] v; assign y = @v[5:2];"},
    {kSyntax, "wire [3:0] v; assign y = @v[0:3];"},
    {kSyntax, "wire [3:0] v; assign y = v[@a];"},
    {kSyntax, "wire [3:0] v; assign y = v[1@;"},
    {kSyntax, "wire [@2000000:0] v;"},
    {kSyntax, "wire [@a:0] v;"},
    {kSyntax, "wire [3@] v;"},
    {kSyntax, "wire @3;"},
    {kSyntax, "wire v @wire w;"},
    {kSyntax, "wire @endmodule"},
    {kSyntax, "@) assign y = a;"},
    {kSyntax, "@12;"},
    {kSyntax, "and (y, a, b@;"},
    {kSyntax, "and @(y);"},
    {kSyntax, "and @(1'b0, a, b);"},
    {kSyntax, "bufif1 @(y, a);"},
    {kSyntax, "not g @a;"},
    {kSyntax, "and #@; (y, a, b);"},
    {kWidth, "wire [1:0] v; and (y, @v, a);"},
    {kSyntax, "two u @;"},
    {kSyntax, "two u @[3:0] (a, b, y);"},
    {kSyntax, "two u (a, b, y) @two"},
    {kSyntax, "two u (.p(a), @b, .r(y));"},
    {kSyntax, "two u (.p(a) @.q(b));"},
    {kSyntax, "two u (.@(a));"},
    {kSyntax, "two u (.p(a@;"},
    {kSyntax, "two #(.W(3) @u (a, b, y);"},
    {kSyntax, "two #(@;) u (a, b, y);"},
    {kDuplicate, "two u (.p(a), @.p(b), .r(y));"},
    {kDuplicate, "two u (a, b, y); two @u (a, b, c);"},
    {kDuplicate, "wire v; wire @v;"},
    {kDuplicate, "input @a;"},
    {kUnknownPort, "two u (.p(a), @.z(b), .r(y));"},
    {kUnknownPort, "two u (a, b, y, @c);"},
    {kWidth, "wire [1:0] v; two u (.p(a), @.q(v), .r(y));"},
    {kWidth, "wire [1:0] @y;"},
    {"gate.netlist.unknown-cell", "tow @u (a, b, y);"},
    {"gate.netlist.unknown-cell", "\\$_NAD_ @u (.A(a), .B(b), .Y(y));"},
    {"gate.netlist.missing-port", "\\$_AND_ @u (.A(a), .Y(y));"},
    {"gate.netlist.multiple-drivers", "and (y, a, b); or @(y, a, b);"},
    {"gate.netlist.multiple-drivers", "and @(a, b, c);"},
    {"gate.netlist.multiple-drivers", "supply0 v; assign @v = 1'b1;"},
    {"gate.netlist.undriven-clock", "wire k; \\$_DFF_P_ @f (.C(k), .D(a), .Q(y));"},
    {"gate.netlist.unsupported-cell", "bufif1 @(y, a, b); and (y, a, b);"},
    {"gate.netlist.unsupported-cell", "wide #(.W(2)) @u (a, y);"},
    {"gate.netlist.bad-parameter", "\\$lut #(.WIDTH(1)) @u (.A(a), .Y(y));"},
    {"gate.netlist.bad-parameter", "\\$lut #(.WIDTH(17), .LUT(1)) @u (.A(a), .Y(y));"},
    {kBehaviour, "@always @(posedge a) y = b;"},
    {kBehaviour, "@initial $display(\"x\");"},
    {kBehaviour, "reg [3:0] @m [0:7];"},
    {kBehaviour, "@function f; endfunction"},
    {kBehaviour, "@generate endgenerate"},
    {kBehaviour, "@tran (a, b);"},
    {kBehaviour, "@pullup (y);"},
    {kBehaviour, "@defparam u.x = 1;"},
    {kSyntax, "@/* never closed"},
    {kSyntax, "@(* never closed"},
    {kSyntax, "two u (.p(@\"never closed));"},
    {kSyntax, "@`ifdef X\n wire v;"},
    {kSyntax, "@`include \"x.v\""},
    {kSyntax, "@`endif"},
    {kSyntax, "assign y = @`MISSING;"},
    {kSyntax, "`define F@(x) x\n"},
    {kSyntax, "@specify (a => y) = 1;"},
};

TEST(MalformedDesign, bodies_of_modules_are_refused_at_their_mistake) {
  const std::string others =
      "module two(p, q, r); input p, q; output r; and (r, p, q); endmodule\n"
      "module wide(i, o); parameter W = 1; input [2*W-W-1:0] i; output o; not (o, i); endmodule\n";
  EXPECT_GE(kBodies.size(), 85U);
  for (const Mistake& mistake : kBodies) {
    std::string text = "module top(a, b, c, d, y);\n  input a, b, c, d;\n  output y;\n" +
                       mistake.text + "\nendmodule\n" + others;
    const SourcePosition place = unmark(text, "n.v");
    expect_mistake(mistake, {text}, place);
  }
}

std::vector<Mistake> files() {
  return {
      {kSyntax, "@modul top(a); endmodule"},
      {kSyntax, "module @(a); endmodule"},
      {kSyntax, "module top(a @b); endmodule"},
      {kSyntax, "module top(@.x(a)); endmodule"},
      {kSyntax, "module top(@a); endmodule"},
      {kSyntax, "module top(input a, b) @wire c; endmodule"},
      {kSyntax, "module top(a); input a; output @z; endmodule"},
      {kSyntax, "module top(input a);@"},
      {kSyntax, "module top(input a); @module x; endmodule"},
      {kSyntax, "module top(input [3:@); endmodule"},
      {kSyntax, "module top #(W @) (input a); endmodule"},
      {kSyntax, "module top(input a);\n@always @(a) begin"},
      {kDuplicate, "module top(a, @a); input a; endmodule"},
      {kDuplicate, "module top(input a); endmodule\nmodule @top(input a); endmodule"},
      {"gate.netlist.width-mismatch", "module top(a); input [3:0] a; wire [4:0] @a; endmodule"},
      {"gate.netlist.recursive-hierarchy", "module top(input a); top @u (a); endmodule"},
      {kSyntax, "primitive @(q, a); endprimitive"},
      {kSyntax, "primitive p(q@); endprimitive"},
      {kSyntax, "primitive p(q, a); output q; input a; @endprimitive"},
      {kSyntax, "primitive p(q, a); table @0 : 2; endtable endprimitive"},
      {kSyntax, "primitive p(q, a); table @0 0 : 1; endtable endprimitive"},
      {kSyntax, "primitive p(q, a); table @0 : 1 endtable endprimitive"},
      {kSyntax, "primitive p(q, a); table @r : 1; endtable endprimitive"},
      {kSyntax, "primitive p(q, a); table @w : 1; endtable endprimitive"},
      {kSyntax, "primitive p(q, a); table 0 : 1;\n @(0w) : 1; endtable endprimitive"},
      {kSyntax, "primitive p(q, a, b); reg q; table @r f : ? : 1; endtable endprimitive"},
      {kSyntax, "primitive p(q, a); reg q; table @0 : 1; endtable endprimitive"},
      {kSyntax, "primitive p(q, a); reg q; table @0 : ? ; endtable endprimitive"},
      {kSyntax, "primitive p(q, a); @table 0 : 1; "},
      {kBehaviour,
       "@primitive p(q, a, b); reg q; table r ? : ? : 1; ? r : ? : 0; endtable\n"
       "endprimitive module top(input a, b, output y); p (y, a, b); endmodule"},
      {kBehaviour,
       "@primitive p(q, a, b); reg q; table 1 ? : 0 : 1; 1 ? : 1 : 0; endtable\n"
       "endprimitive module top(input a, b, output y); p (y, a, b); endmodule"},
  };
}

TEST(MalformedDesign, files_of_verilog_are_refused_at_their_mistake) {
  for (const Mistake& mistake : files()) {
    std::string text = mistake.text;
    const SourcePosition place = unmark(text, "n.v");
    expect_mistake(mistake, {text}, place);
  }
}

std::vector<Mistake> libraries() {
  const auto cell = [](const std::string& text) { return "library (l) {\n cell (f) { " + text; };
  const std::string y = "pin (Y) { direction : output; function : ";
  return {
      {kLiberty, "@cell (f) { }"},
      {kLiberty, "library (l) {@"},
      {kLiberty, "library (l) { } @}"},
      {kLiberty, "library (l) { cell @{ } }"},
      {kLiberty, "library (l) { @cell () { } }"},
      {kLiberty, "library (l) { cell (f @; ) { } }"},
      {kLiberty, "library (l) { @include_file (x.lib); }"},
      {kLiberty, "library (l) { type (t) { bit_from : @x; } }"},
      {kLiberty, "library (l) { type (t) { bit_from : @100000; } }"},
      {kLiberty, "library (l) { @/* never closed"},
      {kLiberty, "library (l) { a : @\"never closed; }"},
      {kLiberty, "library (l) { a : @; }"},
      {kLiberty, "library (l) { values (@"},
      {kDuplicate, "library (l) { cell (f) { } @cell (f) { } }"},
      {kLiberty, cell("bus (A) { bus_type : @none; } } }")},
      {kLiberty, cell("@ff_bank (IQ, IQN, x) { } } }")},
      {kLiberty, cell("area @; } }")},
      {kBehaviour, cell(y + "@\"A +\"; } } }")},
      {kBehaviour, cell(y + "@\"(Y\"; } } }")},
      {kBehaviour, cell(y + "@\"Y Z\"; } } }")},
      {kBehaviour, cell(y + "@\"Y ) Y\"; } } }")},
      {kBehaviour,
       cell("ff (Q, N) { clocked_on : \"Y\"; clocked_on_also : @\"Y\"; } " + y + "\"Q\"; } } }")},
      {kBehaviour, cell("@ff (Q, N) { clear_preset_var1 : T; } " + y + "\"Q\"; } } }")},
      {kBehaviour,
       cell("statetable (\"Z\", \"Q\") { table : @\"H : - : H\"; } " + y + "\"Q\"; } } }")},
      {kBehaviour,
       cell("statetable (\"Y\", \"Q\") { table : @\"H H : - : H\"; } " + y + "\"Q\"; } } }")},
      {kBehaviour, cell("statetable (\"Y\", \"Q\") { table : @\"R : - : H, F : - : L\"; } " + y +
                        "\"Q\"; } } }")},
  };
}

TEST(MalformedDesign, libraries_are_refused_at_their_mistake) {
  for (const Mistake& mistake : libraries()) {
    std::string text = mistake.text;
    const SourcePosition place = unmark(text, "l.lib");
    expect_mistake(mistake, {top_of("f u (.Y(y));"), {{"l.lib", text}}}, place);
  }
}

TEST(MalformedDesign, every_prefix_of_a_good_design_is_refused_or_read) {
  const std::string netlist =
      "`define X\nmodule top #(parameter W = 2) (input [W-W+1:0] a, output y);\n"
      "  wire \\e.x ; assign \\e.x = ^{a, 2'b1_0} ? a[1] : !(a[0] && 1'bx);\n"
      "  f u (.A(\\e.x ), .Y(y));\nendmodule\n"
      "primitive p(q, a); output q; reg q; input a; table r : ? : 1; endtable endprimitive\n";
  const std::string library =
      "library (l) { /* x */ type (t) { bit_from : 1; }\n cell (f) {\n"
      "  statetable (\"A\", \"Q\") { table : \"L/H : - : L/H\"; }\n  pin (A) { direction : input; "
      "}\n"
      "  pin (Y) { direction : output; function : \"(A + Q)'\" ; } } }\n";
  EXPECT_TRUE(flatten_texts({netlist, {{"l.lib", library}}}, "top").has_value());
  for (std::size_t i = 0; i <= netlist.size(); ++i) {
    static_cast<void>(flatten_texts({netlist.substr(0, i), {{"l.lib", library}}}, "top"));
  }
  for (std::size_t i = 0; i <= library.size(); ++i) {
    static_cast<void>(flatten_texts({netlist, {{"l.lib", library.substr(0, i)}}}, "top"));
  }
}

TEST(MalformedDesign, deep_and_long_expressions_end) {
  const auto ends = [](const std::string& expression) {
    return flatten_texts({top_of("assign y = " + expression + ";")}, "top").has_value();
  };
  std::string chain = "a";
  for (int i = 0; i < 100000; ++i) chain += " & b";
  EXPECT_FALSE(ends(chain));
  EXPECT_FALSE(ends(std::string(100000, '(') + "a"));
  EXPECT_FALSE(ends(std::string(100000, '~') + "a"));
  std::string braces;
  for (int i = 0; i < 100000; ++i) braces += "{1";
  EXPECT_FALSE(ends(braces));
  std::string choices = "a";
  for (int i = 0; i < 100000; ++i) choices += " ? a : a";
  EXPECT_FALSE(ends(choices));
  EXPECT_TRUE(ends("a" + std::string(100, ' ') + "& (((((b)))))"));
}

}  // namespace
}  // namespace heddle::gate
