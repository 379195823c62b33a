// Channels, resources, credits, triggers, timeouts, and the cancellation of
// processes at each place where they can stand.
#include <gtest/gtest.h>

#include "heddle/des/channel.h"
#include "heddle/des/resource.h"

namespace heddle::des {
namespace {

using Log = std::vector<std::string>;

class Waits : public testing::Test {
 protected:
  void note(const std::string& what) {
    log_.push_back(what + "@" + std::to_string(kernel_.now().ps()));
  }

  Task<> produce(Channel<int>& channel, int count, std::int64_t every) {
    for (int i = 0; i < count; ++i) {
      co_await delay(Picoseconds(every));
      co_await channel.put(i);
      note("put" + std::to_string(i));
    }
  }
  Task<> consume(Channel<int>& channel, int count, std::int64_t every) {
    for (int i = 0; i < count; ++i) {
      co_await delay(Picoseconds(every));
      note("got" + std::to_string(co_await channel.get()));
    }
  }
  Task<> get_for(Channel<int>& channel, std::int64_t timeout) {
    const std::optional<int> value = co_await channel.get_for(Picoseconds(timeout));
    note(value ? "got" + std::to_string(*value) : "nothing");
  }
  Task<> hold(Resource& resource, std::string name, std::int64_t time) {
    const Lease lease = co_await resource.acquire();
    note(name);
    co_await delay(Picoseconds(time));
  }
  Task<> hold_for(Resource& resource, std::string name, std::int64_t timeout) {
    const Lease lease = co_await resource.acquire_for(Picoseconds(timeout));
    note(name + (lease.is_held() ? " held" : " late"));
  }
  Task<> take(Credits& credits, std::uint64_t count, std::string name) {
    co_await credits.take(count);
    note(name);
  }
  Task<> await_trigger(Trigger& trigger, std::int64_t timeout) {
    note(co_await trigger.wait(Picoseconds(timeout)) ? "fired" : "late");
  }
  Task<> fire(Trigger& trigger, std::int64_t when) {
    co_await delay(Picoseconds(when));
    trigger.fire();
  }
  Task<> cancel_at(ProcessId id, std::int64_t when) {
    co_await delay(Picoseconds(when));
    note(kernel_.cancel(id) ? "cancelled" : "gone");
  }
  ProcessId go(Task<> task, std::int64_t start = 0) {
    return kernel_.spawn(a_, "p", std::move(task), {.delay = Picoseconds(start)});
  }
  void run() { ASSERT_TRUE(kernel_.run()); }

  Kernel kernel_;
  ComponentId a_ = kernel_.add_component("a");
  Log log_;
};

TEST_F(Waits, a_full_channel_holds_its_producer_back) {
  Channel<int> channel(kernel_, "c", 2);
  go(produce(channel, 5, 1));
  go(consume(channel, 5, 10));
  run();
  // Put 3 waits from 4 until the get at 10; put 4 from 11 until 20.
  EXPECT_EQ(log_, (Log{"put0@1", "put1@2", "got0@10", "put2@10", "got1@20", "put3@20", "got2@30",
                       "put4@30", "got3@40", "got4@50"}));
}

TEST_F(Waits, getters_are_served_first_come_first_served) {
  Channel<int> channel(kernel_, "c", 2);
  go(get_for(channel, 100), 1);
  go(get_for(channel, 200), 2);
  go(produce(channel, 2, 10), 0);
  run();
  EXPECT_EQ(log_, (Log{"put0@10", "got0@10", "put1@20", "got1@20"}));
}

TEST_F(Waits, a_timeout_ends_a_get_and_the_value_stays_for_others) {
  Channel<int> channel(kernel_, "c", 2);
  go(get_for(channel, 9));
  go(produce(channel, 1, 10));
  run();
  EXPECT_EQ(log_, (Log{"nothing@9", "put0@10"}));
  EXPECT_EQ(channel.size(), 1U);
}

TEST_F(Waits, a_value_in_time_takes_the_timeout_back) {
  Channel<int> channel(kernel_, "c", 2);
  go(get_for(channel, 1000));
  go(produce(channel, 1, 10));
  run();
  EXPECT_EQ(log_, (Log{"put0@10", "got0@10"}));
  EXPECT_EQ(kernel_.now(), SimTime(10));  // not 1000
}

TEST_F(Waits, a_resource_is_held_by_as_many_as_it_has_units) {
  Resource resource("r", 2);
  for (const char* name : {"w", "x", "y", "z"}) go(hold(resource, name, 10));
  run();
  EXPECT_EQ(log_, (Log{"w@0", "x@0", "y@10", "z@10"}));
  EXPECT_EQ(resource.held_count(), 0U);
}

TEST_F(Waits, a_timeout_ends_the_wait_for_a_resource) {
  Resource resource("r", 1);
  go(hold(resource, "x", 10));
  go(hold_for(resource, "y", 5), 1);
  go(hold_for(resource, "z", 50), 1);
  run();
  EXPECT_EQ(log_, (Log{"x@0", "y late@6", "z held@10"}));
}

TEST_F(Waits, credits_are_served_in_order_however_many_each_wants) {
  Credits credits("slots", 3);
  go(take(credits, 2, "two"));
  go(take(credits, 3, "three"), 1);
  go(take(credits, 1, "one"), 2);  // there is one, but three came first
  ASSERT_TRUE(kernel_.run_window({.until = SimTime(5)}));
  EXPECT_EQ(log_, Log{"two@0"});
  credits.give(2);
  ASSERT_TRUE(kernel_.run_window({}));
  EXPECT_EQ(log_, (Log{"two@0", "three@2"}));
  credits.give(1);
  run();
  EXPECT_EQ(log_.back(), "one@2");
}

TEST_F(Waits, a_trigger_lets_everybody_go_and_those_who_come_later) {
  Trigger trigger("t");
  go(await_trigger(trigger, 5));
  go(await_trigger(trigger, 50));
  go(await_trigger(trigger, -1), 1);
  go(fire(trigger, 10));
  go(await_trigger(trigger, -1), 20);
  run();
  EXPECT_EQ(log_, (Log{"late@5", "fired@10", "fired@10", "fired@20"}));
}

TEST_F(Waits, a_process_is_cancelled_in_a_delay) {
  go(cancel_at(go(produce(*std::make_unique<Channel<int>>(kernel_, "c", 1), 1, 100)), 10));
  run();
  EXPECT_EQ(log_, Log{"cancelled@10"});
  EXPECT_EQ(kernel_.now(), SimTime(10));  // its delay went with it
}

TEST_F(Waits, a_process_is_cancelled_in_a_queue_and_leaves_it) {
  Channel<int> channel(kernel_, "c", 1);
  const ProcessId first = go(get_for(channel, -1));
  go(get_for(channel, -1), 1);
  go(cancel_at(first, 2));
  go(produce(channel, 1, 10));
  run();
  EXPECT_EQ(log_, (Log{"cancelled@2", "put0@10", "got0@10"}));
}

TEST_F(Waits, cancelling_a_holder_gives_its_resource_to_the_next) {
  Resource resource("r", 1);
  const ProcessId first = go(hold(resource, "x", 1000));
  go(hold(resource, "y", 1), 1);
  go(cancel_at(first, 7));
  run();
  EXPECT_EQ(log_, (Log{"x@0", "cancelled@7", "y@7"}));
}

/// Puts and cancels the getter within one event, before it can go on.
class PutAndCancel final : public Handler {
 public:
  PutAndCancel(ComponentId component, Channel<int>& channel, ProcessId victim)
      : Handler(component), channel_(channel), victim_(victim) {}
  void on_event(Kernel& kernel) override {
    EXPECT_TRUE(channel_.try_put(42));
    EXPECT_TRUE(kernel.cancel(victim_));
  }

 private:
  Channel<int>& channel_;
  ProcessId victim_;
};

TEST_F(Waits, a_value_handed_to_a_cancelled_getter_is_not_lost) {
  Channel<int> channel(kernel_, "c", 1);
  const ProcessId victim = go(get_for(channel, -1));
  go(get_for(channel, -1), 1);
  PutAndCancel handler(a_, channel, victim);
  kernel_.schedule(handler, Picoseconds(5));
  run();
  EXPECT_EQ(log_, Log{"got42@5"});
}

TEST_F(Waits, credits_granted_to_a_cancelled_process_come_back) {
  Credits credits("slots", 0);
  const ProcessId victim = go(take(credits, 2, "victim"));
  ASSERT_TRUE(kernel_.run_window({}));
  credits.give(2);
  EXPECT_EQ(credits.count(), 0U);
  EXPECT_TRUE(kernel_.cancel(victim));
  EXPECT_EQ(credits.count(), 2U);
  run();
}

TEST_F(Waits, a_process_that_ended_cannot_be_cancelled_nor_can_its_successor) {
  Channel<int> channel(kernel_, "c", 1);
  const ProcessId first = go(get_for(channel, 0));
  run();
  EXPECT_FALSE(kernel_.is_live(first));
  Trigger trigger("t");
  const ProcessId second = go(fire(trigger, 10));
  EXPECT_EQ(first.index, second.index);  // reused
  EXPECT_FALSE(kernel_.cancel(first));
  run();
  EXPECT_TRUE(trigger.is_fired());
}

TEST_F(Waits, a_kernel_that_dies_takes_its_processes_down_wherever_they_stand) {
  auto kernel = std::make_unique<Kernel>();
  const ComponentId component = kernel->add_component("a");
  {
    Channel<int> channel(*kernel, "c", 1);
    Resource resource("r", 1);
    kernel->spawn(component, "p", get_for(channel, -1));
    kernel->spawn(component, "q", hold(resource, "q", 1000));
    kernel->spawn(component, "r", hold(resource, "r", 1000));
    ASSERT_TRUE(kernel->run({.until = SimTime(5)}));
    ASSERT_EQ(kernel->waiting_count(), 3U);
  }
  kernel.reset();  // under AddressSanitizer this finds any touch of channel or resource
  EXPECT_EQ(log_, Log{"q@0"});
}

}  // namespace
}  // namespace heddle::des
