// Precedence climbing over the operators that libraries use in conditions.
#include <algorithm>
#include <cctype>

#include "gate/timing/graph.h"

namespace heddle::gate::timing {
namespace {

using Op = Condition::Op;

class ConditionReader {
 public:
  ConditionReader(const std::string& text, const Instance& instance)
      : text_(text), instance_(instance) {}

  Condition read() {
    expression(0);
    skip_blanks();
    if (at_ != text_.size()) ok_ = false;
    if (!ok_) out_.steps.clear();
    return std::move(out_);
  }

 private:
  static constexpr std::size_t kDepthMax = 64;

  struct Operator {
    std::string_view text;
    int level;
    Op op;
    bool inverted;
  };
  // Longer ones first.
  static constexpr std::array<Operator, 10> kOperators{{{"===", 6, Op::Equal, false},
                                                        {"!==", 6, Op::Equal, true},
                                                        {"&&", 2, Op::And, false},
                                                        {"||", 1, Op::Or, false},
                                                        {"==", 6, Op::Equal, false},
                                                        {"!=", 6, Op::Equal, true},
                                                        {"&", 5, Op::And, false},
                                                        {"|", 3, Op::Or, false},
                                                        {"^", 4, Op::Xor, false},
                                                        {"~^", 4, Op::Xor, true}}};

  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  void push(Op op, std::uint32_t net = 0) { out_.steps.push_back({op, net}); }

  void expression(int level) {
    if (++depth_ > kDepthMax) ok_ = false;
    unary();
    while (ok_) {
      skip_blanks();
      const auto found = std::find_if(kOperators.begin(), kOperators.end(), [&](const Operator& o) {
        return text_.compare(at_, o.text.size(), o.text) == 0;
      });
      if (found == kOperators.end() || found->level < level) break;
      at_ += found->text.size();
      expression(found->level + 1);
      push(found->op);
      if (found->inverted) push(Op::Not);
    }
    --depth_;
  }

  void unary() {
    skip_blanks();
    if (at_ == text_.size() || depth_ > kDepthMax) {
      ok_ = false;
    } else if (text_[at_] == '!' || text_[at_] == '~') {
      ++at_;
      ++depth_;
      unary();
      --depth_;
      push(Op::Not);
    } else if (text_[at_] == '(') {
      ++at_;
      expression(0);
      skip_blanks();
      ok_ = ok_ && at_ < text_.size() && text_[at_] == ')';
      ++at_;
    } else {
      operand();
    }
  }

  void operand() {
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 ||
            std::string_view("_'.$[]").find(text_[at_]) != std::string::npos)) {
      ++at_;
    }
    const std::string word = text_.substr(begin, at_ - begin);
    for (const std::string_view one : {"1", "1'b1", "1'B1", "'b1"}) {
      if (word == one) return push(Op::One);
    }
    for (const std::string_view zero : {"0", "1'b0", "1'B0", "'b0"}) {
      if (word == zero) return push(Op::Zero);
    }
    for (const auto& [pin, net] : instance_.pins) {
      if (pin == word) return push(Op::Net, net);
    }
    ok_ = false;
  }

  const std::string& text_;
  const Instance& instance_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  bool ok_ = true;
  Condition out_;
};

}  // namespace

Condition read_condition(const std::string& text, const Instance& instance) {
  return ConditionReader(text, instance).read();
}

}  // namespace heddle::gate::timing
