// What kernels of our own stand on, which are linked into the binding: threads that help, registers of 16 values, the tensors of a call, and how a kernel is made
// known to TensorFlow. It is there where the compiler knows AVX-512.
#ifndef FEWSCOPE_OWN_KERNELS_H_
#define FEWSCOPE_OWN_KERNELS_H_

#if defined(__x86_64__) && (defined(__clang__) ? __clang_major__ >= 9 : __GNUC__ >= 10)
#define FEWSCOPE_OWN_KERNELS

#include <immintrin.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "tensorflow/c/c_api_macros.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

// Of TensorFlow's "c/kernels.h", which takes in headers beyond the C interface that are not kept.
extern "C" {
struct TF_KernelBuilder;
struct TF_OpKernelConstruction;
struct TF_OpKernelContext;
TF_KernelBuilder *TF_NewKernelBuilder(const char *op, const char *device, void *(*create)(TF_OpKernelConstruction *),
                                      void (*compute)(void *, TF_OpKernelContext *), void (*forget)(void *));
void TF_RegisterKernelBuilder(const char *name, TF_KernelBuilder *builder, TF_Status *status);
void TF_GetInput(TF_OpKernelContext *context, int at, TF_Tensor **tensor, TF_Status *status);
TF_Tensor *TF_AllocateOutput(TF_OpKernelContext *context, int at, TF_DataType type, const int64_t *shape, int dimensions, size_t bytes, TF_Status *status);
void TF_OpKernelContext_Failure(TF_OpKernelContext *context, TF_Status *status);
void TF_OpKernelConstruction_Failure(TF_OpKernelConstruction *construction, TF_Status *status);
void TF_OpKernelConstruction_GetAttrType(TF_OpKernelConstruction *construction, const char *name, TF_DataType *value, TF_Status *status);
void TF_OpKernelConstruction_GetAttrInt32(TF_OpKernelConstruction *construction, const char *name, int32_t *value, TF_Status *status);
void TF_OpKernelConstruction_GetAttrFloat(TF_OpKernelConstruction *construction, const char *name, float *value, TF_Status *status);
void TF_OpKernelConstruction_GetAttrBool(TF_OpKernelConstruction *construction, const char *name, unsigned char *value, TF_Status *status);
}

// What stands in a few registers; without it they are kept in memory, a quarter slower.
#define FEWSCOPE_UNROLL _Pragma("GCC unroll 8")
#define FEWSCOPE_WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16,fma")))

namespace fewscope {

typedef uint16_t Brain;

// A piece of work in parts; whoever has time takes the next few.
struct Job {
  std::function<void(int64_t)> part;
  int64_t parts = 0;
  int64_t few = 1;
  std::atomic<int64_t> next{0};
  std::atomic<int64_t> done{0};

  // Works on a few parts, if there are any left.
  bool Work() {
    const int64_t at = next.fetch_add(few, std::memory_order_relaxed);
    if (at >= parts) return false;
    const int64_t end = std::min(parts, at + few);
    for (int64_t i = at; i < end; i++) part(i);
    done.fetch_add(end - at, std::memory_order_release);
    return true;
  }
};

// Threads that lend a hand, so that with those that have work of their own there are as many as TensorFlow may have in one operation.
class Helpers {
 public:
  Helpers() {
    const char *told = std::getenv("TF_NUM_INTRAOP_THREADS");
    const int wanted = told == nullptr ? 0 : std::atoi(told);
    const int all = wanted > 0 ? wanted : static_cast<int>(std::thread::hardware_concurrency());
    count_ = std::min(255, std::max(0, all - 1));
    for (int i = 0; i < count_; i++) std::thread([this, i] { Loop(i); }).detach();
  }

  void Run(int64_t parts, std::function<void(int64_t)> part) {
    if (parts <= 1 || count_ == 0) {
      for (int64_t i = 0; i < parts; i++) part(i);
      return;
    }
    const auto job = std::make_shared<Job>();
    job->part = std::move(part);
    job->parts = parts;
    job->few = std::max<int64_t>(1, parts / (kTurns * (count_ + 1)));
    {
      std::lock_guard<std::mutex> hold(mutex_);
      jobs_.push_back(job);
      callers_++;
    }
    begun_.fetch_add(1, std::memory_order_release);
    if (IsWanted(0)) changed_.notify_all();
    while (job->Work()) {
    }
    // What is left is at work already; meanwhile another's work is helped along.
    for (int i = 1; job->done.load(std::memory_order_acquire) < parts; i++) {
      if (callers_.load(std::memory_order_relaxed) > 1 && Help()) continue;
      if (i % 200 == 0) std::this_thread::yield();
      _mm_pause();
    }
    bool others;
    {
      std::lock_guard<std::mutex> hold(mutex_);
      const auto found = std::find(jobs_.begin(), jobs_.end(), job);
      if (found != jobs_.end()) jobs_.erase(found);
      callers_--;
      others = !jobs_.empty();
    }
    if (others) changed_.notify_all();
  }

  // Does a part of some other thread's work, if there is one left.
  bool Help() {
    if (callers_.load(std::memory_order_relaxed) == 0) return false;
    std::shared_ptr<Job> other;
    {
      std::lock_guard<std::mutex> hold(mutex_);
      other = Next();
    }
    return other != nullptr && other->Work();
  }

  // Says that so many threads more, or fewer, have work of their own or help without being woken.
  void Occupy(int threads) {
    occupied_.fetch_add(threads, std::memory_order_relaxed);
    if (threads < 0) changed_.notify_all();
  }

 private:
  // How often a thread takes a few parts of some work: counting each would take some of the time of small ones, and with more at a time one thread would wait for another at the end.
  static constexpr int64_t kTurns = 16;

  // The first piece of work that has parts left.
  std::shared_ptr<Job> Next() const {
    for (const auto &job : jobs_) {
      if (job->next.load(std::memory_order_relaxed) < job->parts) return job;
    }
    return nullptr;
  }

  bool IsWanted(int helper) const {
    return helper + std::max(callers_.load(std::memory_order_relaxed), occupied_.load(std::memory_order_relaxed)) <= count_;
  }

  void Loop(int helper) {
    for (;;) {
      std::shared_ptr<Job> job;
      {
        std::unique_lock<std::mutex> hold(mutex_);
        changed_.wait(hold, [&] { return IsWanted(helper) && (job = Next()) != nullptr; });
      }
      while (job->Work() && IsWanted(helper)) {
      }
      job.reset();
      StayAwake(helper);
    }
  }

  // Kernels often follow each other at once, and to be woken takes longer than some of them.
  void StayAwake(int helper) const {
    const int64_t seen = begun_.load(std::memory_order_acquire);
    const auto until = std::chrono::steady_clock::now() + kAwake;
    while (IsWanted(helper) && begun_.load(std::memory_order_acquire) == seen && std::chrono::steady_clock::now() < until) {
      for (int i = 0; i < 16; i++) _mm_pause();
    }
  }

  static constexpr std::chrono::microseconds kAwake{50};

  int count_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Job>> jobs_;
  std::atomic<int> callers_{0};
  std::atomic<int> occupied_{0};
  std::atomic<int64_t> begun_{0};
};

inline Helpers &TheHelpers() {
  // Never destroyed, as its threads never end.
  static Helpers *const helpers = new Helpers();
  return *helpers;
}

FEWSCOPE_WIDE inline __m512 Load(const float *from) { return _mm512_loadu_ps(from); }
FEWSCOPE_WIDE inline __m512 Load(const Brain *from) {
  const __m256i half = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(from));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
}
FEWSCOPE_WIDE inline void Store(float *to, __m512 values) { _mm512_storeu_ps(to, values); }
FEWSCOPE_WIDE inline void Store(Brain *to, __m512 values) {
  const __m256bh half = _mm512_cvtneps_pbh(values);
  std::memcpy(to, &half, sizeof half);
}

// The lanes of so many values, all where there are sixteen or more.
inline __mmask16 First(int64_t values) { return static_cast<__mmask16>(values < 16 ? (1u << values) - 1 : 0xffffu); }

inline std::vector<int64_t> ShapeOf(const TF_Tensor *tensor) {
  std::vector<int64_t> shape(TF_NumDims(tensor));
  for (size_t i = 0; i < shape.size(); i++) shape[i] = TF_Dim(tensor, static_cast<int>(i));
  return shape;
}

// The lengths that a tensor of so many whole numbers has; none where it is another.
inline std::vector<int64_t> LengthsOf(const TF_Tensor *tensor, int64_t count) {
  if (TF_TensorType(tensor) != TF_INT32 || TF_TensorElementCount(tensor) != count) return {};
  const int32_t *lengths = static_cast<const int32_t *>(TF_TensorData(tensor));
  return std::vector<int64_t>(lengths, lengths + count);
}

// Attributes of a kernel, read once.
struct Settings {
  float epsilon = 0;
  float momentum = 0;
  float beta1 = 0;
  float beta2 = 0;
  float share1 = 0;
  float share2 = 0;
  float ahead = 0;
  float clip = 0;
  float zero = 0;
  bool relu = false;
  bool side = false;
  bool turned = false;
  int32_t stride = 1;
  int32_t count = 0;
  TF_DataType made = TF_FLOAT;
  TF_DataType sideType = TF_FLOAT;
};

// Asks for large pages for a large map, of which a processor has to look up fewer; only those that lie within it, so that it takes no more memory.
inline void AskForLargePages(void *map, size_t bytes) {
#ifdef __linux__
  constexpr uintptr_t kPage = 1 << 21;
  const uintptr_t from = (reinterpret_cast<uintptr_t>(map) + kPage - 1) / kPage * kPage;
  const uintptr_t to = (reinterpret_cast<uintptr_t>(map) + bytes) / kPage * kPage;
  // Where there are none all goes on without.
  if (from < to) madvise(reinterpret_cast<void *>(from), to - from, MADV_HUGEPAGE);
#endif
}

// Tensors of one call. The first thing that goes wrong is what the call fails with; nothing is asked of TensorFlow any more after it.
class Call {
 public:
  explicit Call(TF_OpKernelContext *context) : context_(context), status_(TF_NewStatus()) {}
  ~Call() {
    if (!ok()) TF_OpKernelContext_Failure(context_, status_);
    for (TF_Tensor *tensor : tensors_) TF_DeleteTensor(tensor);
    TF_DeleteStatus(status_);
  }
  bool ok() const { return TF_GetCode(status_) == TF_OK; }
  void Fail(const char *why) {
    if (ok()) TF_SetStatus(status_, TF_INVALID_ARGUMENT, why);
  }

  TF_Tensor *Input(int at) {
    if (!ok()) return nullptr;
    TF_Tensor *tensor = nullptr;
    TF_GetInput(context_, at, &tensor, status_);
    if (tensor != nullptr) tensors_.push_back(tensor);
    return tensor;
  }
  TF_Tensor *Output(int at, TF_DataType type, const std::vector<int64_t> &shape) {
    if (!ok()) return nullptr;
    int64_t size = 1;
    for (int64_t length : shape) size *= length;
    const size_t bytes = size * TF_DataTypeSize(type);
    TF_Tensor *tensor = TF_AllocateOutput(context_, at, type, shape.data(), static_cast<int>(shape.size()), bytes, status_);
    if (tensor == nullptr) return nullptr;
    tensors_.push_back(tensor);
    AskForLargePages(TF_TensorData(tensor), bytes);
    return tensor;
  }
  // Values for each channel.
  const float *ChannelInput(int at, int64_t channels) {
    TF_Tensor *tensor = Input(at);
    if (tensor == nullptr) return nullptr;
    if (TF_TensorType(tensor) != TF_FLOAT || TF_TensorElementCount(tensor) != channels) Fail("a value for each channel was expected");
    return static_cast<const float *>(TF_TensorData(tensor));
  }
  // A map of this shape to which another is added; none where the call has none.
  const float *SideInput(int at, const Settings &settings, const std::vector<int64_t> &shape) {
    TF_Tensor *tensor = settings.side ? Input(at) : nullptr;
    if (tensor == nullptr) return nullptr;
    if (TF_TensorType(tensor) != TF_FLOAT || ShapeOf(tensor) != shape) Fail("a map of 32-bit floats to add to was expected");
    return static_cast<const float *>(TF_TensorData(tensor));
  }
  float *ChannelOutput(int at, int64_t channels) {
    TF_Tensor *tensor = Output(at, TF_FLOAT, {channels});
    return tensor == nullptr ? nullptr : static_cast<float *>(TF_TensorData(tensor));
  }

 private:
  TF_OpKernelContext *const context_;
  TF_Status *const status_;
  std::vector<TF_Tensor *> tensors_;
};

inline bool IsMap(const TF_Tensor *tensor) {
  static const bool hasBrain = __builtin_cpu_supports("avx512bf16");
  if (TF_NumDims(tensor) != 4) return false;
  return TF_TensorType(tensor) == TF_FLOAT || (hasBrain && TF_TensorType(tensor) == TF_BFLOAT16);
}

// Calls `work` with a pointer of the type that the tensor has.
template <typename Work>
void WithValues(const TF_Tensor *tensor, const Work &work) {
  void *data = TF_TensorData(tensor);
  if (TF_TensorType(tensor) == TF_FLOAT) work(static_cast<float *>(data));
  else work(static_cast<Brain *>(data));
}

template <typename Work>
void WithFlag(bool flag, const Work &work) {
  if (flag) work(std::true_type());
  else work(std::false_type());
}

// Reads those attributes of these that the operation has.
inline void *Read(TF_OpKernelConstruction *construction, const std::string &names) {
  auto *settings = new Settings();
  TF_Status *status = TF_NewStatus();
  const auto has = [&](const char *name) { return names.find(std::string(" ") + name + " ") != std::string::npos && TF_GetCode(status) == TF_OK; };
  for (const auto &number : {std::make_pair("epsilon", &settings->epsilon), std::make_pair("momentum", &settings->momentum), std::make_pair("beta1", &settings->beta1),
                             std::make_pair("beta2", &settings->beta2), std::make_pair("share1", &settings->share1), std::make_pair("share2", &settings->share2),
                             std::make_pair("ahead", &settings->ahead), std::make_pair("clip", &settings->clip), std::make_pair("zero", &settings->zero)}) {
    if (has(number.first)) TF_OpKernelConstruction_GetAttrFloat(construction, number.first, number.second, status);
  }
  unsigned char flag = 0;
  if (has("relu")) {
    TF_OpKernelConstruction_GetAttrBool(construction, "relu", &flag, status);
    settings->relu = flag != 0;
  }
  if (has("turned")) {
    TF_OpKernelConstruction_GetAttrBool(construction, "turned", &flag, status);
    settings->turned = flag != 0;
  }
  if (has("N")) {
    TF_OpKernelConstruction_GetAttrInt32(construction, "N", &settings->count, status);
    settings->side = settings->count > 0;
  }
  if (has("stride")) TF_OpKernelConstruction_GetAttrInt32(construction, "stride", &settings->stride, status);
  if (has("U")) TF_OpKernelConstruction_GetAttrType(construction, "U", &settings->made, status);
  if (has("S")) TF_OpKernelConstruction_GetAttrType(construction, "S", &settings->sideType, status);
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return settings;
}

inline void Forget(void *settings) { delete static_cast<Settings *>(settings); }

struct Kernel {
  const char *name;
  std::vector<const char *> attributes;
  std::vector<const char *> inputs;
  std::vector<const char *> outputs;
  void *(*create)(TF_OpKernelConstruction *);
  void (*compute)(void *, TF_OpKernelContext *);
};

inline bool Register(const Kernel &kernel) {
  TF_OpDefinitionBuilder *definition = TF_NewOpDefinitionBuilder(kernel.name);
  for (const char *attribute : kernel.attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  for (const char *input : kernel.inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char *output : kernel.outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
  TF_Status *status = TF_NewStatus();
  TF_RegisterOpDefinition(definition, status);
  if (TF_GetCode(status) == TF_OK) {
    TF_KernelBuilder *builder = TF_NewKernelBuilder(kernel.name, "CPU", kernel.create, kernel.compute, Forget);
    TF_RegisterKernelBuilder(kernel.name, builder, status);
  }
  const bool ok = TF_GetCode(status) == TF_OK;
  TF_DeleteStatus(status);
  return ok;
}

}  // namespace fewscope

#endif  // the compiler

#endif  // FEWSCOPE_OWN_KERNELS_H_
