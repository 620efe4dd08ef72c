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

// Values as floats of the same or of another kind; a multiple of eight. There are too few of them for a call of memcpy.
template <typename X, typename Y>
FEWSCOPE_WIDE inline void Copy(const X *from, int64_t count, Y *to) {
  for (int64_t i = 0; i < count; i += Eight::kLanes) Eight::Put(to + i, Eight::Take(from + i));
}

FEWSCOPE_WIDE inline void Clear(float *to, int64_t count) {
  for (int64_t i = 0; i < count; i += Eight::kLanes) Eight::Put(to + i, Eight::All(0));
}

// One panel of a matrix [rows, columns], from a column on: [rows, panel].
template <typename X>
FEWSCOPE_WIDE void InPanel(const X *from, int64_t rows, int64_t columns, int64_t panel, float *to) {
  for (int64_t row = 0; row < rows; row++, to += panel) Copy(from + row * columns, panel, to);
}

// A matrix [rows, columns] in panels: [columns / panel, rows, panel].
template <typename X>
FEWSCOPE_WIDE void InPanels(const X *from, int64_t rows, int64_t columns, int64_t panel, float *to) {
  for (int64_t k = 0; k < columns; k += panel) InPanel(from + k, rows, columns, panel, to + k * rows);
}

// The same of a matrix that is turned, [panel, rows] from a column on.
template <typename W>
FEWSCOPE_WIDE void TurnedInPanel(const float *from, int64_t rows, int64_t panel, float *to) {
  for (int64_t j = 0; j < panel; j += W::kLanes)
    for (int64_t row = 0; row < rows; row++) W::Put(to + row * panel + j, W::Gather(from + j * rows + row, static_cast<int>(rows)));
}

// Values that are only moved from which that is worth a helper.
constexpr int64_t kWorthMoving = 1 << 16;

// Calls `work` for each of some parts, with helpers where so many values are moved.
template <typename Work>
void MoveInParts(int64_t parts, int64_t values, const Work &work) {
  if (values >= kWorthMoving) TheHelpers().Run(parts, work);
  else for (int64_t part = 0; part < parts; part++) work(part);
}

// A matrix of rows times one in panels, [rows, inner] with [inner, columns]; rows are so many floats apart.
template <typename W, int kVectors>
FEWSCOPE_WIDE void MultiplyRows(const float *a, int64_t rows, int64_t apart, int64_t inner, const float *b, int64_t columns, float *to) {
  constexpr int64_t kPanel = kVectors * W::kLanes;
  for (int64_t row = 0; row < rows; row += kRows)
    for (int64_t k = 0; k < columns; k += kPanel)
      Multiply<W, kVectors>(a + row * apart, apart, 1, b + k * inner, inner, to + row * columns + k, columns, false);
}

// The same with the first matrix turned, [inner, rows]; added to what is there, or written.
template <typename W, int kVectors>
FEWSCOPE_WIDE void MultiplyColumns(const float *a, int64_t rows, int64_t inner, const float *b, int64_t columns, float *to, bool onto) {
  constexpr int64_t kPanel = kVectors * W::kLanes;
  for (int64_t k = 0; k < columns; k += kPanel)
    for (int64_t row = 0; row < rows; row += kRows)
      Multiply<W, kVectors>(a + row, 1, rows, b + k * inner, inner, to + row * columns + k, columns, onto);
}

inline int64_t WholeRows(int64_t count) { return (count + kRows - 1) / kRows * kRows; }

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

// Rows that are looked at together, of so many and from how many floats each has at hand.
inline int64_t TogetherOf(int64_t count, int64_t floats) {
  const int64_t fit = kNear / static_cast<int64_t>(floats * sizeof(float));
  return std::max<int64_t>(2, std::min<int64_t>(32, std::min(fit, (count + 3) / 4) / kRows)) * kRows;
}

// Calls `work` for some rows after the others: the first, how many, and that many in whole rows of a product.
template <typename Work>
void InParts(int64_t all, int64_t together, const Work &work) {
  TheHelpers().Run((all + together - 1) / together, [&](int64_t part) {
    const int64_t first = part * together;
    const int64_t count = std::min(together, all - first);
    work(first, count, WholeRows(count));
  });
}

// Rows that are looked at together where sums are large, so that these are not read again for each few.
constexpr int64_t kMany = 64;
// Sums of a product of a matrix, turned, from which parts of them are shared and not parts of its rows; and multiplications from which that is worth a helper.
constexpr int64_t kLargeSums = 1 << 18;
constexpr int64_t kWorthHelp = 1 << 21;

// `MultiplyTurned` where threads share the sums: those of some of the first matrix's columns are one's own.
template <typename Y, typename Take>
void MultiplyTurnedShared(int64_t rows, int64_t inner, const Y *b, int64_t columns, float *to, const Take &take) {
  const int64_t panel = PanelOf(columns), together = std::min(rows, kMany);
  static thread_local Memory ownMemory;
  float *memory = ownMemory.Take(together * (inner + columns));
  float *panels = memory + together * inner;
  const int64_t parts = inner * columns * rows < kWorthHelp ? 1 : 16;
  const int64_t some = (inner / kRows + parts - 1) / parts * kRows;
  for (int64_t first = 0; first < rows; first += together) {
    const int64_t count = std::min(together, rows - first);
    const int64_t pieces = parts == 1 ? 1 : (count + kRows - 1) / kRows;
    const int64_t ofPiece = (count + pieces - 1) / pieces;
    const float *a = nullptr;
    TheHelpers().Run(pieces, [&](int64_t piece) {
      const int64_t row = piece * ofPiece;
      const float *taken = row < count ? take(first + row, std::min(ofPiece, count - row), memory + row * inner) : nullptr;
      if (piece != 0) return;
      a = taken;
      InPanels(b + first * columns, count, columns, panel, panels);
    });
    TheHelpers().Run((inner + some - 1) / some, [&](int64_t part) {
      const int64_t end = std::min(inner, (part + 1) * some);
      WithPanel(panel, [&](auto lanes, auto vectors) {
        for (int64_t k = 0; k < columns; k += panel)
          for (int64_t c = part * some; c < end; c += kRows)
            Multiply<decltype(lanes), decltype(vectors)::value>(a + c, 1, inner, panels + k * count, count, to + c * columns + k, columns, first > 0);
      });
    });
  }
}

// The product [inner, columns] of a matrix of so many rows, turned, with `b` [rows, columns]. Some rows of the first after the others are asked for: from which on, how
// many, and memory for them.
template <typename Y, typename Take>
void MultiplyTurned(int64_t rows, int64_t inner, const Y *b, int64_t columns, float *to, const Take &take) {
  const int64_t panel = PanelOf(columns), size = inner * columns;
  // Each part has sums of its own: there are as many as have some work each and 16 MiB together.
  const int64_t parts = std::max<int64_t>(1, std::min({int64_t{32}, (int64_t{1} << 22) / size, rows / 64}));
  if (parts == 1 || size >= kLargeSums) return MultiplyTurnedShared(rows, inner, b, columns, to, take);
  const int64_t together = std::max(TogetherOf(rows, inner + columns), kMany);
  static thread_local Memory sumMemory;
  float *sums = sumMemory.Take(parts * size);
  TheHelpers().Run(parts, [&](int64_t part) {
    const int64_t start = rows * part / parts, end = rows * (part + 1) / parts;
    float *memory = PartMemory().Take(together * (inner + columns));
    float *panels = memory + together * inner;
    for (int64_t first = start; first < end; first += together) {
      const int64_t count = std::min(together, end - first);
      const float *a = take(first, count, memory);
      InPanels(b + first * columns, count, columns, panel, panels);
      WithPanel(panel, [&](auto lanes, auto vectors) {
        MultiplyColumns<decltype(lanes), decltype(vectors)::value>(a, inner, count, panels, columns, sums + part * size, first > start);
      });
    }
  });
  SumParts(sums, parts, size, to);
}

// Channels that these products are made for.
inline bool TakesChannels(int64_t channels) { return channels == 8 || (channels > 0 && channels % 16 == 0); }

}  // namespace fewscope

#endif  // FEWSCOPE_OWN_KERNELS

#endif  // FEWSCOPE_PRODUCTS_H_
