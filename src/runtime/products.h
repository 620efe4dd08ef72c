// Products of matrices, which convolutions of our own are made of: in registers of sixteen floats, or of eight where there are no more channels.
#ifndef FEWSCOPE_PRODUCTS_H_
#define FEWSCOPE_PRODUCTS_H_

#include "ownKernels.h"

#ifdef FEWSCOPE_OWN_KERNELS

namespace fewscope {

// A register of sixteen floats, or of eight for maps of eight channels.
struct Sixteen {
  using Vector = __m512;
  static constexpr int64_t kLanes = 16;
  template <typename X>
  FEWSCOPE_WIDE static inline Vector Take(const X *from) {
    return Load(from);
  }
  template <typename X>
  FEWSCOPE_WIDE static inline void Put(X *to, Vector values) {
    Store(to, values);
  }
  FEWSCOPE_WIDE static inline Vector All(float value) { return _mm512_set1_ps(value); }
  FEWSCOPE_WIDE static inline Vector Onto(Vector a, Vector b, Vector sum) { return _mm512_fmadd_ps(a, b, sum); }
  // Every `apart`-th float.
  FEWSCOPE_WIDE static inline Vector Gather(const float *from, int apart) {
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return _mm512_i32gather_ps(_mm512_mullo_epi32(lanes, _mm512_set1_epi32(apart)), from, 4);
  }
};

struct Eight {
  using Vector = __m256;
  static constexpr int64_t kLanes = 8;
  FEWSCOPE_WIDE static inline Vector Take(const float *from) { return _mm256_loadu_ps(from); }
  FEWSCOPE_WIDE static inline Vector Take(const Brain *from) {
    const __m128i half = _mm_loadu_si128(reinterpret_cast<const __m128i *>(from));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(half), 16));
  }
  FEWSCOPE_WIDE static inline void Put(float *to, Vector values) { _mm256_storeu_ps(to, values); }
  FEWSCOPE_WIDE static inline void Put(Brain *to, Vector values) {
    const __m128bh half = _mm256_cvtneps_pbh(values);
    std::memcpy(to, &half, sizeof half);
  }
  FEWSCOPE_WIDE static inline Vector All(float value) { return _mm256_set1_ps(value); }
  FEWSCOPE_WIDE static inline Vector Onto(Vector a, Vector b, Vector sum) { return _mm256_fmadd_ps(a, b, sum); }
  FEWSCOPE_WIDE static inline Vector Gather(const float *from, int apart) {
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_i32gather_ps(from, _mm256_mullo_epi32(lanes, _mm256_set1_epi32(apart)), 4);
  }
};

// Rows of a product that are computed at once, in registers.
constexpr int64_t kRows = 8;
// Bytes of what is looked at together: what is nearest to a core holds little more.
constexpr int64_t kNear = 1 << 16;

// Memory of a thread, which it keeps.
class Memory {
 public:
  float *Take(int64_t floats) {
    if (floats > size_) {
      size_ = (floats + 15) / 16 * 16;
      held_.reset(static_cast<float *>(std::aligned_alloc(64, size_ * sizeof(float))));
    }
    return held_.get();
  }

 private:
  struct Free {
    void operator()(float *memory) const { std::free(memory); }
  };
  std::unique_ptr<float, Free> held_;
  int64_t size_ = 0;
};

// What a thread's part of the work has at hand.
inline Memory &PartMemory() {
  static thread_local Memory memory;
  return memory;
}

// Columns of a product that stand together: two registers, or as many as there are.
inline int64_t PanelOf(int64_t columns) { return columns % 32 == 0 ? 32 : std::min<int64_t>(16, columns); }

// Calls `work` with the kind of register for so many channels.
template <typename Work>
void WithLanes(int64_t channels, const Work &work) {
  if (channels == 8) work(Eight());
  else work(Sixteen());
}

// The same for a panel of a product, with how many registers it takes.
template <typename Work>
void WithPanel(int64_t panel, const Work &work) {
  if (panel == 8) work(Eight(), std::integral_constant<int, 1>());
  else if (panel == 16) work(Sixteen(), std::integral_constant<int, 1>());
  else work(Sixteen(), std::integral_constant<int, 2>());
}

// Eight rows of c = a b, or c + a b, for one panel of columns.
template <typename W, int kVectors>
FEWSCOPE_WIDE inline void Multiply(const float *a, int64_t aRow, int64_t aInner, const float *b, int64_t inner, float *c, int64_t cRow, bool onto) {
  typename W::Vector sums[kRows][kVectors];
  FEWSCOPE_UNROLL for (int r = 0; r < kRows; r++)
    FEWSCOPE_UNROLL for (int v = 0; v < kVectors; v++) sums[r][v] = onto ? W::Take(c + r * cRow + v * W::kLanes) : W::All(0);
  for (int64_t i = 0; i < inner; i++) {
    typename W::Vector column[kVectors];
    FEWSCOPE_UNROLL for (int v = 0; v < kVectors; v++) column[v] = W::Take(b + v * W::kLanes);
    FEWSCOPE_UNROLL for (int r = 0; r < kRows; r++) {
      const typename W::Vector row = W::All(a[r * aRow]);
      FEWSCOPE_UNROLL for (int v = 0; v < kVectors; v++) sums[r][v] = W::Onto(row, column[v], sums[r][v]);
    }
    a += aInner;
    b += kVectors * W::kLanes;
  }
  FEWSCOPE_UNROLL for (int r = 0; r < kRows; r++)
    FEWSCOPE_UNROLL for (int v = 0; v < kVectors; v++) W::Put(c + r * cRow + v * W::kLanes, sums[r][v]);
}

// What parts of a work have found of one thing each, together: [parts, size] -> [size]
inline void SumParts(const float *parts, int64_t count, int64_t size, float *to) {
  constexpr int64_t kSome = 1024;
  TheHelpers().Run((size + kSome - 1) / kSome, [&](int64_t piece) {
    for (int64_t at = piece * kSome; at < std::min(size, (piece + 1) * kSome); at++) {
      float sum = parts[at];
      for (int64_t part = 1; part < count; part++) sum += parts[part * size + at];
      to[at] = sum;
    }
  });
}

// Channels that these products are made for.
inline bool TakesChannels(int64_t channels) { return channels == 8 || (channels > 0 && channels % 16 == 0); }

}  // namespace fewscope

#endif  // FEWSCOPE_OWN_KERNELS

#endif  // FEWSCOPE_PRODUCTS_H_
