// The bounded queue, against a deque through every state of a small one.
#include "heddle/base/ring.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>

namespace heddle {
namespace {

/// Whether the ring holds what the deque does; reads every accessor.
template <class T>
void expect_same(const Ring<T>& ring, const std::deque<T>& model) {
  ASSERT_EQ(ring.size(), model.size());
  EXPECT_EQ(ring.is_empty(), model.empty());
  EXPECT_EQ(ring.is_full(), model.size() == ring.capacity());
  for (std::size_t i = 0; i < model.size(); ++i) EXPECT_EQ(ring[i], model[i]);
  if (!model.empty()) {
    EXPECT_EQ(ring.front(), model.front());
    EXPECT_EQ(ring.back(), model.back());
  }
}

TEST(Ring, behaves_as_a_bounded_deque_for_every_sequence_of_twelve_operations) {
  for (unsigned choices = 0; choices < (1U << 12); ++choices) {
    Ring<int> ring(3);
    std::deque<int> model;
    for (int step = 0; step < 12; ++step) {
      if ((choices >> step & 1) != 0) {
        EXPECT_EQ(ring.try_push(step), model.size() < 3);
        if (model.size() < 3) model.push_back(step);
      } else if (!model.empty()) {
        EXPECT_EQ(ring.pop(), model.front());
        model.pop_front();
      }
      expect_same(ring, model);
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(Ring, lets_go_of_what_it_hands_out) {
  Ring<std::shared_ptr<int>> ring(2);
  const auto value = std::make_shared<int>(1);
  ring.push(value);
  ring.pop();
  EXPECT_EQ(value.use_count(), 1);
  ring.push(value);
  ring.clear();
  EXPECT_EQ(value.use_count(), 1);
  EXPECT_TRUE(ring.is_empty());
}

TEST(RingDeathTest, misuse_is_a_bug) {
  Ring<int> ring(1);
  EXPECT_DEATH(ring.pop(), "is_empty");
  EXPECT_DEATH(static_cast<void>(ring[0]), "size_");
  ring.push(1);
  EXPECT_DEATH(ring.push(2), "has_room");
  EXPECT_DEATH(Ring<int>(0), "capacity > 0");
}

}  // namespace
}  // namespace heddle
