// Linked into the binding beside tfjs-node's own sources. A training step calls some four hundred kernels, and each call from JavaScript costs more than
// many of these kernels. A program is such a list of calls, recorded once by JavaScript; running it makes the same calls, each after those that make what
// it reads, so that it gives the same bits. On two cores what does not wait for each other runs side by side: the two gradients of a convolution, above
// all. The binding's own module entry is taken over here to add five functions to its exports.
#include <node_api.h>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/eager/c_api.h"
#include "tensorflow/c/eager/c_api_experimental.h"

// The context and the table of tensors are private members of the binding's class.
#define private public
#include "tfjs_backend.h"
#undef private

#undef NAPI_MODULE
#define NAPI_MODULE(name, init)
#include "tfjs_binding.cc"
#include "tf_auto_status.h"
#include "tfe_auto_op.h"

namespace fewscope {

// Defined in fusedKernels.cc.
bool HasFusedKernels();
bool HelpFusedKernels();
void OccupyFusedKernels(int threads);

}  // namespace fewscope

namespace tfnodejs {

// Defined in tfjs_backend.cc.
void AssignOpAttr(napi_env env, TFE_Op *tfe_op, napi_value attr_value);

namespace {

struct Call {
  std::string name;
  // Holds the attributes, and is never executed.
  TFE_Op *model = nullptr;
  std::vector<int32_t> inputs;
  std::vector<int32_t> outputs;
  // Slots that no later call reads, in the recorded order.
  std::vector<int32_t> frees;
  // Calls that wait for this one, and how many this one waits for.
  std::vector<int32_t> next;
  int32_t waits = 0;
  // Nanoseconds that it takes, and those of the longest way from here to the end: what lies on it goes first.
  int64_t cost = 0;
  int64_t rank = 0;
};

// What is known of how long a program takes.
struct Times {
  int64_t runs = 0;
  // Nanoseconds of a run in order and of one side by side, of late.
  double took[2] = {0, 0};
};

// A slot holds a tensor while a program runs: first those that are given, then constants, then what the calls make.
struct Program {
  ~Program() {
    for (Call &call : calls) {
      if (call.model != nullptr) TFE_DeleteOp(call.model);
    }
    for (TFE_TensorHandle *constant : constants) TFE_DeleteTensorHandle(constant);
    for (TFE_Op *op : ops) TFE_DeleteOp(op);
  }
  std::vector<Call> calls;
  std::vector<TFE_TensorHandle *> constants;
  uint32_t given = 0;
  uint32_t slots = 0;
  std::vector<int32_t> outputs;
  // How many calls read a slot that a call makes, one more if it is wanted at the end.
  std::vector<int32_t> readers;
  // Of runs beside which something else is done, and of those that have the cores for themselves.
  Times times[2];
  bool ranked = false;
  // One for each thread, filled anew for every call.
  std::vector<TFE_Op *> ops;
};

// Never destroyed: at the end of the process TensorFlow's context may be gone before a program that nobody dropped.
auto &programs = *new std::unordered_map<int32_t, std::unique_ptr<Program>>();
int32_t nextProgram = 0;

void Throw(napi_env env, const std::string &message) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) napi_throw_error(env, nullptr, message.c_str());
}

bool Failed(napi_env env, const TF_AutoStatus &status, const std::string &where) {
  if (TF_GetCode(status.status) == TF_OK) return false;
  Throw(env, where + ": " + TF_Message(status.status));
  return true;
}

napi_value Member(napi_env env, napi_value object, const char *name) {
  napi_value value = nullptr;
  if (napi_get_named_property(env, object, name, &value) != napi_ok) Throw(env, name);
  return value;
}

bool Integers(napi_env env, napi_value array, std::vector<int32_t> *out) {
  uint32_t length = 0;
  if (napi_get_array_length(env, array, &length) != napi_ok) {
    Throw(env, "expected a list of numbers");
    return false;
  }
  out->resize(length);
  for (uint32_t i = 0; i < length; i++) {
    napi_value element;
    if (napi_get_element(env, array, i, &element) != napi_ok ||
        napi_get_value_int32(env, element, &(*out)[i]) != napi_ok) {
      Throw(env, "expected a list of numbers");
      return false;
    }
  }
  return true;
}

bool InRange(napi_env env, const std::vector<int32_t> &list, uint32_t slots) {
  for (int32_t slot : list) {
    if (slot < 0 || static_cast<uint32_t>(slot) >= slots) {
      Throw(env, "a slot that the program does not have");
      return false;
    }
  }
  return true;
}

bool ReadCall(napi_env env, TFE_Context *context, napi_value object, uint32_t slots, Call *call) {
  size_t length = 0;
  napi_value name = Member(env, object, "name");
  if (napi_get_value_string_utf8(env, name, nullptr, 0, &length) != napi_ok) {
    Throw(env, "a call without a name");
    return false;
  }
  call->name.resize(length);
  napi_get_value_string_utf8(env, name, &call->name[0], length + 1, &length);
  for (const auto &part : {std::make_pair("inputs", &call->inputs),
                           std::make_pair("outputs", &call->outputs),
                           std::make_pair("frees", &call->frees)}) {
    if (!Integers(env, Member(env, object, part.first), part.second)) return false;
    if (!InRange(env, *part.second, slots)) return false;
  }
  TF_AutoStatus status;
  call->model = TFE_NewOp(context, call->name.c_str(), status.status);
  if (Failed(env, status, call->name)) return false;
  napi_value attributes = Member(env, object, "attributes");
  uint32_t count = 0;
  if (napi_get_array_length(env, attributes, &count) != napi_ok) {
    Throw(env, "a call without attributes");
    return false;
  }
  for (uint32_t i = 0; i < count; i++) {
    napi_value attribute;
    napi_get_element(env, attributes, i, &attribute);
    AssignOpAttr(env, call->model, attribute);
    bool pending = false;
    napi_is_exception_pending(env, &pending);
    if (pending) return false;
  }
  return true;
}

// Which call waits for which.
void Connect(Program *program) {
  std::vector<int32_t> maker(program->slots, -1);
  program->readers.assign(program->slots, 0);
  for (size_t i = 0; i < program->calls.size(); i++) {
    std::vector<int32_t> before;
    std::vector<int32_t> read = program->calls[i].inputs;
    std::sort(read.begin(), read.end());
    read.erase(std::unique(read.begin(), read.end()), read.end());
    for (int32_t slot : read) {
      program->readers[slot]++;
      if (maker[slot] >= 0) before.push_back(maker[slot]);
    }
    std::sort(before.begin(), before.end());
    before.erase(std::unique(before.begin(), before.end()), before.end());
    program->calls[i].waits = static_cast<int32_t>(before.size());
    for (int32_t one : before) program->calls[one].next.push_back(static_cast<int32_t>(i));
    for (int32_t slot : program->calls[i].outputs) maker[slot] = static_cast<int32_t>(i);
  }
  for (int32_t slot : program->outputs) program->readers[slot]++;
}

void Rank(Program *program) {
  for (size_t i = program->calls.size(); i-- > 0;) {
    Call &call = program->calls[i];
    int64_t longest = 0;
    for (int32_t one : call.next) longest = std::max(longest, program->calls[one].rank);
    call.rank = longest + call.cost + 1;
  }
}

// makeProgram({ given, slots, constants: [tensor id], calls: [{ name, attributes, inputs, outputs, frees }], outputs: [slot] }) -> number
napi_value MakeProgram(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value described;
  napi_get_cb_info(env, info, &argc, &described, nullptr, nullptr);
  TFJSBackend *const backend = GetTFJSBackend(env);
  if (backend == nullptr || argc < 1) return nullptr;
  auto program = std::make_unique<Program>();
  std::vector<int32_t> constants;
  if (napi_get_value_uint32(env, Member(env, described, "given"), &program->given) != napi_ok ||
      napi_get_value_uint32(env, Member(env, described, "slots"), &program->slots) != napi_ok) {
    Throw(env, "a program without its numbers of slots");
    return nullptr;
  }
  if (!Integers(env, Member(env, described, "outputs"), &program->outputs)) return nullptr;
  if (!InRange(env, program->outputs, program->slots)) return nullptr;
  if (!Integers(env, Member(env, described, "constants"), &constants)) return nullptr;
  if (program->given + constants.size() > program->slots) {
    Throw(env, "more tensors than slots");
    return nullptr;
  }
  TF_AutoStatus status;
  for (int32_t id : constants) {
    auto found = backend->tfe_handle_map_.find(id);
    if (found == backend->tfe_handle_map_.end()) {
      Throw(env, "a constant that is not there");
      return nullptr;
    }
    program->constants.push_back(TFE_TensorHandleCopySharingTensor(found->second, status.status));
    if (Failed(env, status, "constant")) {
      program->constants.pop_back();
      return nullptr;
    }
  }
  napi_value calls = Member(env, described, "calls");
  uint32_t count = 0;
  if (napi_get_array_length(env, calls, &count) != napi_ok) {
    Throw(env, "a program without calls");
    return nullptr;
  }
  program->calls.resize(count);
  for (uint32_t i = 0; i < count; i++) {
    napi_value object;
    napi_get_element(env, calls, i, &object);
    if (!ReadCall(env, backend->tfe_context_, object, program->slots, &program->calls[i])) {
      return nullptr;
    }
  }
  Connect(program.get());
  const int32_t id = nextProgram++;
  programs.emplace(id, std::move(program));
  napi_value result = nullptr;
  napi_create_int32(env, id, &result);
  return result;
}

// Handles that somebody else will own, or nobody.
struct Handles {
  ~Handles() {
    for (TFE_TensorHandle *handle : list) TFE_DeleteTensorHandle(handle);
  }
  std::vector<TFE_TensorHandle *> Release() { return std::exchange(list, {}); }
  std::vector<TFE_TensorHandle *> list;
};

// What a program holds while it runs; let go at its end, however it ends.
struct Slots {
  explicit Slots(uint32_t size) : handles(size, nullptr), owned(size, false) {}
  ~Slots() {
    for (size_t i = 0; i < handles.size(); i++) Free(i);
  }
  void Free(size_t slot) {
    if (owned[slot] && handles[slot] != nullptr) TFE_DeleteTensorHandle(handles[slot]);
    handles[slot] = nullptr;
    owned[slot] = false;
  }
  std::vector<TFE_TensorHandle *> handles;
  std::vector<char> owned;
};

// Makes one call; false with the reason in `why` if it cannot.
bool RunCall(TFE_Op *op, const Call &call, Slots *slots, std::string *why) {
  TF_AutoStatus status;
  const auto failed = [&]() {
    if (TF_GetCode(status.status) == TF_OK) return false;
    *why = call.name + ": " + TF_Message(status.status);
    return true;
  };
  TFE_OpReset(op, call.name.c_str(), nullptr, status.status);
  if (failed()) return false;
  for (int32_t slot : call.inputs) {
    if (slots->handles[slot] == nullptr) {
      *why = call.name + ": an input that is not there";
      return false;
    }
    TFE_OpAddInput(op, slots->handles[slot], status.status);
    if (failed()) return false;
  }
  TFE_OpAddAttrs(op, TFE_OpGetAttrs(call.model));
  TFE_TensorHandle *made[16];
  std::vector<TFE_TensorHandle *> many;
  TFE_TensorHandle **results = made;
  int count = static_cast<int>(call.outputs.size());
  if (count > 16) {
    many.resize(count);
    results = many.data();
  }
  TFE_Execute(op, results, &count, status.status);
  if (failed()) return false;
  for (int i = 0; i < count; i++) {
    slots->handles[call.outputs[i]] = results[i];
    slots->owned[call.outputs[i]] = 1;
  }
  return true;
}

bool RunInOrder(Program *program, TFE_Op *op, Slots *slots, std::string *why) {
  for (Call &call : program->calls) {
    const auto began = std::chrono::steady_clock::now();
    if (!RunCall(op, call, slots, why)) return false;
    call.cost = (std::chrono::steady_clock::now() - began).count();
    for (int32_t slot : call.frees) slots->Free(slot);
  }
  return true;
}

inline void Pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// One run of a program by several threads, which take what is ready from a common heap. Calls take some ten microseconds, far too short to sleep between.
class Run {
 public:
  Run(Program *program, Slots *slots)
      : program_(program), slots_(slots), left_(program->calls.size()), readers_(program->readers) {
    waits_.reserve(program->calls.size());
    for (size_t i = 0; i < program->calls.size(); i++) {
      waits_.push_back(program->calls[i].waits);
      if (waits_[i] == 0) Push(static_cast<int32_t>(i));
    }
  }

  void Work(TFE_Op *op) {
    int32_t at = -1;
    int idle = 0;
    while (!failed_.load(std::memory_order_acquire)) {
      if (at < 0 && left_.load(std::memory_order_acquire) == 0) return;
      if (at < 0) at = Take();
      if (at < 0) {
        if (fewscope::HelpFusedKernels()) continue;
        // Where the cores are taken by others, whoever holds the missing piece must get one.
        if (++idle % 200 == 0) std::this_thread::yield();
        Pause();
        continue;
      }
      idle = 0;
      std::string why;
      if (!RunCall(op, program_->calls[at], slots_, &why)) {
        Lock();
        why_ = why;
        Unlock();
        failed_.store(true, std::memory_order_release);
        return;
      }
      at = Finish(at);
    }
  }

  bool failed() const { return failed_.load(std::memory_order_acquire); }
  const std::string &why() const { return why_; }

 private:
  void Lock() {
    while (lock_.test_and_set(std::memory_order_acquire)) Pause();
  }
  void Unlock() { lock_.clear(std::memory_order_release); }
  void Push(int32_t at) { ready_.emplace(program_->calls[at].rank, -at); }

  int32_t Pop() {
    if (ready_.empty()) return -1;
    const int32_t at = -ready_.top().second;
    ready_.pop();
    return at;
  }

  int32_t Take() {
    Lock();
    const int32_t at = Pop();
    Unlock();
    return at;
  }

  // Lets go what nobody reads any more, and gives the next call.
  int32_t Finish(int32_t at) {
    const Call &call = program_->calls[at];
    std::vector<int32_t> free;
    Lock();
    for (size_t i = 0; i < call.inputs.size(); i++) {
      const int32_t slot = call.inputs[i];
      if (std::find(call.inputs.begin(), call.inputs.begin() + i, slot) != call.inputs.begin() + i) continue;
      if (--readers_[slot] == 0) free.push_back(slot);
    }
    for (int32_t slot : call.outputs) {
      if (readers_[slot] == 0) free.push_back(slot);
    }
    for (int32_t one : call.next) {
      if (--waits_[one] == 0) Push(one);
    }
    const int32_t next = Pop();
    Unlock();
    for (int32_t slot : free) slots_->Free(slot);
    left_.fetch_sub(1, std::memory_order_acq_rel);
    return next;
  }

  Program *const program_;
  Slots *const slots_;
  std::atomic_flag lock_ = ATOMIC_FLAG_INIT;
  std::atomic<size_t> left_;
  std::atomic<bool> failed_{false};
  std::vector<int32_t> waits_;
  std::vector<int32_t> readers_;
  std::priority_queue<std::pair<int64_t, int32_t>> ready_;
  std::string why_;
};

// A thread that does one piece of work at a time and sleeps between them.
class Worker {
 public:
  Worker() { std::thread([this] { Loop(); }).detach(); }

  void Begin(std::function<void()> work) {
    {
      std::lock_guard<std::mutex> hold(mutex_);
      work_ = std::move(work);
      state_ = kWaiting;
    }
    changed_.notify_all();
  }

  // Waits for the work; but where it has not even begun it never will, and false is given.
  bool End() {
    std::unique_lock<std::mutex> hold(mutex_);
    if (state_ == kWaiting) {
      state_ = kIdle;
      return false;
    }
    changed_.wait(hold, [this] { return state_ == kIdle; });
    return true;
  }

 private:
  enum State { kIdle, kWaiting, kWorking };

  void Loop() {
    for (;;) {
      std::function<void()> work;
      {
        std::unique_lock<std::mutex> hold(mutex_);
        changed_.wait(hold, [this] { return state_ == kWaiting; });
        work.swap(work_);
        state_ = kWorking;
      }
      work();
      {
        std::lock_guard<std::mutex> hold(mutex_);
        state_ = kIdle;
      }
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> work_;
  State state_ = kIdle;
};

// One run at a time has the worker, so that threads of Node that both train do not share it.
std::atomic<bool> workerTaken{false};

Worker &TheWorker() {
  // Never destroyed, as its thread never ends.
  static Worker *const worker = new Worker();
  return *worker;
}

// The first run makes the kernels of the library, the second tells what each takes.
const int64_t timedRuns = 2;
// The first runs go both ways by turns; side by side kernels are made once more, since each thread has its own.
const int64_t triedRuns = 8;
// Every so many runs, two go the slower way, in case that it has become the faster one.
const int64_t askAgain = 64;

// Which way is faster depends on the program and on who else wants the cores.
bool GoSideBySide(const Times &times) {
  const int64_t n = times.runs;
  if (n < triedRuns) return n >= timedRuns && n % 2 == 0;
  const bool faster = times.took[1] < times.took[0];
  return n % askAgain < 2 ? !faster : faster;
}

void NoteTime(Program *program, bool alone, bool side, double took) {
  Times &times = program->times[alone];
  const int64_t n = times.runs++;
  if (n + 1 == timedRuns && !program->ranked) {
    Rank(program);
    program->ranked = true;
  }
  double &known = times.took[side];
  // A single slow run says little.
  if (n < triedRuns) known = n < timedRuns || known == 0 ? took : std::min(known, took);
  else known += (took - known) / 5;
}

// A run that has begun: a second thread does it while this one does something else, then both do what is left of it, where there are cores for both.
class Started {
 public:
  // With fewer cores than two the run has to wait for its end.
  Started(Program *program, std::vector<TFE_TensorHandle *> given, bool twoCores, bool alone)
      : program_(program), given_(std::move(given)), slots_(program->slots), alone_(alone) {
    std::copy(given_.begin(), given_.end(), slots_.handles.begin());
    std::copy(program->constants.begin(), program->constants.end(),
              slots_.handles.begin() + given_.size());
    bool free = false;
    helped_ = twoCores && workerTaken.compare_exchange_strong(free, true);
    side_ = helped_ && GoSideBySide(program->times[alone]);
    began_ = std::chrono::steady_clock::now();
    if (helped_) Occupy(2);
    if (side_) run_ = std::make_unique<Run>(program, &slots_);
    if (helped_) TheWorker().Begin([this] { Work(program_->ops[1]); });
  }

  ~Started() {
    End();
    for (TFE_TensorHandle *handle : given_) TFE_DeleteTensorHandle(handle);
  }

  // Lends a hand and waits; false with the reason in why() if the run failed.
  bool End() {
    if (ended_) return ok_;
    ended_ = true;
    if (side_) run_->Work(program_->ops[0]);
    else Occupy(0);
    const bool worked = helped_ && TheWorker().End();
    Occupy(0);
    if (helped_) workerTaken.store(false);
    if (!side_ && !worked) Work(program_->ops[0]);
    if (side_) {
      ok_ = !run_->failed();
      why_ = run_->why();
    }
    if (ok_ && helped_) NoteTime(program_, alone_, side_, (std::chrono::steady_clock::now() - began_).count());
    return ok_;
  }

  Program *program() const { return program_; }
  TFE_TensorHandle *output(int32_t slot) const { return slots_.handles[slot]; }
  const std::string &why() const { return why_; }

 private:
  // As many threads are at work here, or at what is done meanwhile.
  void Occupy(int threads) {
    fewscope::OccupyFusedKernels(threads - occupied_);
    occupied_ = threads;
  }
  void Work(TFE_Op *op) {
    if (side_) run_->Work(op);
    else ok_ = RunInOrder(program_, op, &slots_, &why_);
  }

  Program *const program_;
  // Of its own, since what was given may be let go meanwhile.
  const std::vector<TFE_TensorHandle *> given_;
  Slots slots_;
  std::unique_ptr<Run> run_;
  std::chrono::steady_clock::time_point began_;
  const bool alone_;
  int occupied_ = 0;
  bool helped_ = false;
  bool side_ = false;
  bool ended_ = false;
  bool ok_ = true;
  std::string why_;
};

// glibc keeps memory that was let go for the thread that asked for it first; what steps of other sizes take then comes on top. Giving it back once a second
// makes a process a few per cent smaller, and no step was seen to take longer.
void GiveBackMemory() {
#ifdef __GLIBC__
  static auto last = std::chrono::steady_clock::now();
  const auto now = std::chrono::steady_clock::now();
  if (now - last < std::chrono::seconds(1)) return;
  last = now;
  malloc_trim(0);
#endif
}

auto &started = *new std::unordered_map<int32_t, std::unique_ptr<Started>>();
int32_t nextStarted = 0;

// beginProgram(program, [tensor id of each given slot], on two cores, nothing else is done meanwhile) -> number
napi_value BeginProgram(napi_env env, napi_callback_info info) {
  size_t argc = 4;
  napi_value args[4];
  napi_get_cb_info(env, info, &argc, args, nullptr, nullptr);
  TFJSBackend *const backend = GetTFJSBackend(env);
  if (backend == nullptr || argc < 2) return nullptr;
  int32_t id = -1;
  napi_get_value_int32(env, args[0], &id);
  bool twoCores = false, alone = false;
  if (argc > 2) napi_get_value_bool(env, args[2], &twoCores);
  if (argc > 3) napi_get_value_bool(env, args[3], &alone);
  auto found = programs.find(id);
  std::vector<int32_t> given;
  if (found == programs.end()) {
    Throw(env, "a program that is not there");
    return nullptr;
  }
  if (!Integers(env, args[1], &given)) return nullptr;
  Program *const program = found->second.get();
  if (given.size() != program->given) {
    Throw(env, "another number of tensors than the program takes");
    return nullptr;
  }
  while (program->ops.size() < 2) {
    TF_AutoStatus status;
    TFE_Op *op = TFE_NewOp(backend->tfe_context_, "Identity", status.status);
    if (Failed(env, status, "Identity")) return nullptr;
    program->ops.push_back(op);
  }
  Handles handles;
  for (int32_t tensor : given) {
    auto handle = backend->tfe_handle_map_.find(tensor);
    if (handle == backend->tfe_handle_map_.end()) {
      Throw(env, "a tensor that is not there");
      return nullptr;
    }
    TF_AutoStatus status;
    handles.list.push_back(TFE_TensorHandleCopySharingTensor(handle->second, status.status));
    if (Failed(env, status, "given")) {
      handles.list.pop_back();
      return nullptr;
    }
  }
  const int32_t number = nextStarted++;
  started.emplace(number, std::make_unique<Started>(program, handles.Release(), twoCores, alone));
  napi_value result = nullptr;
  napi_create_int32(env, number, &result);
  return result;
}

// endProgram(number) -> what executeOp gives, for each output of the program
napi_value EndProgram(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value arg;
  napi_get_cb_info(env, info, &argc, &arg, nullptr, nullptr);
  TFJSBackend *const backend = GetTFJSBackend(env);
  if (backend == nullptr) return nullptr;
  int32_t number = -1;
  if (argc == 1) napi_get_value_int32(env, arg, &number);
  auto found = started.find(number);
  if (found == started.end()) {
    Throw(env, "a run that is not there");
    return nullptr;
  }
  const std::unique_ptr<Started> run = std::move(found->second);
  started.erase(found);
  if (!run->End()) {
    Throw(env, run->why());
    return nullptr;
  }
  GiveBackMemory();
  const std::vector<int32_t> &outputs = run->program()->outputs;
  napi_value result = nullptr;
  napi_create_array_with_length(env, outputs.size(), &result);
  for (size_t i = 0; i < outputs.size(); i++) {
    TF_AutoStatus status;
    if (run->output(outputs[i]) == nullptr) {
      Throw(env, "an output that is not there");
      return nullptr;
    }
    TFE_TensorHandle *copy =
        TFE_TensorHandleCopySharingTensor(run->output(outputs[i]), status.status);
    if (Failed(env, status, "output")) return nullptr;
    napi_set_element(env, result, i, backend->GenerateOutputTensorInfo(env, copy));
  }
  return result;
}

// dropProgram(program)
napi_value DropProgram(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value arg;
  napi_get_cb_info(env, info, &argc, &arg, nullptr, nullptr);
  int32_t id = -1;
  if (argc == 1) napi_get_value_int32(env, arg, &id);
  programs.erase(id);
  return nullptr;
}

// fusedKernels() -> whether our own kernels are there, which then are registered
napi_value FusedKernels(napi_env env, napi_callback_info) {
  napi_value result = nullptr;
  napi_get_boolean(env, fewscope::HasFusedKernels(), &result);
  return result;
}

napi_value Init(napi_env env, napi_value exports) {
  napi_value result = InitTFNodeJSBinding(env, exports);
  if (result == nullptr) return nullptr;
  const napi_property_descriptor added[] = {
      {"makeProgram", nullptr, MakeProgram, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"beginProgram", nullptr, BeginProgram, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"endProgram", nullptr, EndProgram, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"dropProgram", nullptr, DropProgram, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"fusedKernels", nullptr, FusedKernels, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  napi_define_properties(env, exports, 5, added);
  return result;
}

}  // namespace

}  // namespace tfnodejs

extern "C" __attribute__((visibility("default"))) napi_value napi_register_module_v1(
    napi_env env, napi_value exports) {
  return tfnodejs::Init(env, exports);
}
