// One run with VPI modules: the objects that they hold handles of, the callbacks that
// they have registered, and the instants at which those come.
//
// An instant is an edge of the run or a delay that a module asked for. At its start,
// before the edge, come next-time, start-of-time and delay callbacks. When the edge has
// settled come value changes, then read-write, then read-only callbacks; what a
// read-write or value-change callback changes settles at once and may cause more value
// changes. Between two callbacks the run goes in long batches.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gate/cosim/bench/bench.h"
#include "gate/cosim/scope_tree.h"
#include "gate/cosim/vpi/logic_text.h"

namespace heddle::gate::vpi {

enum class ObjectKind : std::uint8_t { Module, Net, Callback, Iterator };

/// What a handle stands for. Modules and nets live as long as the session.
struct Object {
  ObjectKind kind = ObjectKind::Net;
  std::string name = {};       ///< within its scope
  std::string full_name = {};  ///< from the top on
  Object* scope = nullptr;     ///< of a net its module, of a bit its net
  const ScopeTree* tree = nullptr;
  const NamedNet* net = nullptr;    ///< of a bus or bit
  std::vector<Lit> bits = {};       ///< bit 0 first
  bool is_bit = false;              ///< one bit of a bus
  std::vector<Object*> items = {};  ///< of an iterator, and how far it is
  std::size_t next_item = 0;
  std::uint64_t callback = 0;  ///< id of a callback; 0: gone
};

/// Receives what modules print, and their faults.
struct Outlets {
  std::function<void(const std::string&)> print;  ///< any piece of text
};

class Session {
 public:
  Session(EngineRun& run, const Program& program, Bench::Compile compile,
          std::vector<std::string> arguments, Outlets outlets);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Loads a module and runs its startup routines.
  /// Errors: vpi.no-module, vpi.no-startup.
  [[nodiscard]] Status load(const std::string& path);

  // The run, in this order.
  [[nodiscard]] Status begin();
  /// What may run next: `count` edges before `before_ps`; 0 edges: nothing, ask again.
  struct Limits {
    std::uint32_t count = 0;
    std::int64_t before_ps = EngineRun::kNoInstant;
  };
  [[nodiscard]] Result<Limits> before_batch(std::uint32_t count);
  [[nodiscard]] bool needs_new_engine() const { return bench_.has_new_watches(); }
  [[nodiscard]] Status renew_engine() { return bench_.load_watches(); }
  void arm() { bench_.arm(); }
  [[nodiscard]] Status after_batch(const EngineBatch& batch);
  [[nodiscard]] bool has_finished() const { return has_finished_; }
  void end();
  /// Everything that modules asked for and heddle does not do. Empty: nothing.
  [[nodiscard]] const Diagnostics& faults() const { return faults_; }

  // What the entry points need; see entry.cpp. Null or 0 after a fault.
  [[nodiscard]] Object* by_name(const std::string& name, Object* scope);
  [[nodiscard]] Object* by_index(Object* object, std::int32_t index);
  [[nodiscard]] Object* iterate(std::int32_t type, Object* scope);
  [[nodiscard]] Object* scan(Object* iterator);
  [[nodiscard]] Object* related(std::int32_t type, Object* object);
  [[nodiscard]] std::int32_t get(std::int32_t property, Object* object);
  [[nodiscard]] char* get_text(std::int32_t property, Object* object);
  void get_value(Object* object, Value* value);
  void put_value(Object* object, Value* value, const Time* delay, std::int32_t flags);
  [[nodiscard]] Object* register_callback(const CallbackData& data);
  [[nodiscard]] bool remove_callback(Object* object);
  void get_time(Time& time) const { write_time(now_ps_, time); }
  void free(Object* object);
  void control(std::int32_t operation);
  void print(const std::string& text) const { outlets_.print(text); }
  void get_info(SimulatorInfo& info);
  [[nodiscard]] std::int32_t take_error(ErrorInfo* info);
  /// Notes a fault: what was called, and what about it does not work.
  void fault(std::string_view function, std::string_view what);
  /// The object behind a handle that a module gave; null with a fault when it is none.
  [[nodiscard]] Object* object_of(Handle handle, std::string_view function);
  /// Where the modules of this thread call; null outside of a session.
  [[nodiscard]] static Session* current();

 private:
  struct Callback {
    CallbackData data;
    Time time;  ///< copies of what the module gave
    Value value;
    Object* handle = nullptr;
    Bench::WatchId watch = 0;
  };
  struct Delayed {
    std::int64_t at_ps = 0;
    std::uint64_t callback = 0;  ///< 0: it is a put
    Object* target = nullptr;
    Bits bits = {};
  };

  Object* add(Object object);
  Object* module_of(const ScopeTree& tree, const std::string& name, Object* parent);
  Object* net_of(const NamedNet& net, const std::string& name, Object* scope);
  static void write_time(std::int64_t time_ps, Time& time);
  [[nodiscard]] Bits bits_of(const Object& net);
  void put_bits(Object& target, const Bits& bits);
  void call(std::uint64_t id);
  [[nodiscard]] Status start_instant(std::int64_t at_ps);
  [[nodiscard]] Status end_instant();
  [[nodiscard]] Status tell_changes();
  /// Runs all of a list, those registered meanwhile not included.
  void call_all(std::vector<std::uint64_t>& ids);
  [[nodiscard]] Status failed_write() const;

  EngineRun& run_;
  Bench bench_;
  std::vector<std::string> arguments_;
  std::vector<char*> argv_;
  Outlets outlets_;
  std::string product_ = "heddle";
  std::string version_ = "1364-2005 subset";
  ScopeTree tree_;
  std::deque<Object> objects_;
  std::vector<Object*> free_;            ///< of them, those to be used again
  std::map<const void*, Object*> live_;  ///< handles that are valid
  std::map<const ScopeTree*, Object*> modules_;
  std::map<std::pair<const NamedNet*, std::int32_t>, Object*> nets_;  ///< and index, or -1
  Object* top_ = nullptr;
  std::map<std::uint64_t, Callback> callbacks_;
  std::uint64_t next_id_ = 1;
  std::multimap<std::int64_t, Delayed> delayed_;  ///< by time, then as registered
  std::vector<std::uint64_t> next_time_;
  std::vector<std::uint64_t> read_write_;
  std::vector<std::uint64_t> read_only_;
  std::vector<std::uint64_t> at_start_;
  std::vector<std::uint64_t> at_end_;
  std::int64_t now_ps_ = 0;
  std::uint32_t batch_edges_ = 0;  ///< 0: as many as may be
  bool is_read_only_ = false;
  bool is_written_ = false;
  bool has_finished_ = false;
  std::string write_fault_;
  ValueStore store_;
  std::string text_;
  std::string last_error_;
  std::string last_code_;
  Diagnostics faults_;
  std::vector<void*> modules_loaded_;
  Status written_;  ///< the first failure of a write
};

}  // namespace heddle::gate::vpi
