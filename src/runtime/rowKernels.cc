// Linked into the binding beside tfjs-node's own sources: what classifiers do with rows of features in double precision, eight values at once and on all threads. Each value comes
// from the same sums and quotients in the same order as in the loops of TypeScript, which do it where there are no kernels of ours; so its bits are the same. Numbers of double
// precision come and go as twice as many whole numbers, since tensors of JavaScript have none.
#include "ownKernels.h"

#ifdef FEWSCOPE_OWN_KERNELS

namespace fewscope {

namespace {

constexpr int64_t kLanes = 8;

FEWSCOPE_WIDE inline __mmask8 FirstEight(int64_t values) { return static_cast<__mmask8>(values < kLanes ? (1u << values) - 1 : 0xffu); }

FEWSCOPE_WIDE inline __m512d LoadWide(__mmask8 here, const float *from) { return _mm512_cvtps_pd(_mm256_maskz_loadu_ps(here, from)); }

FEWSCOPE_WIDE inline void StoreNarrow(__mmask8 here, float *to, __m512d values) { _mm256_mask_storeu_ps(to, here, _mm512_cvtpd_ps(values)); }

// A product that is rounded before it is added to: compilers would make one of both, with other bits.
FEWSCOPE_WIDE inline __m512d Rounded(__m512d product) {
  __asm__("" : "+v"(product));
  return product;
}

// While it lives, the smallest numbers are numbers here too, which TensorFlow has its threads take for 0.
class SmallestKept {
 public:
  SmallestKept() : before_(_mm_getcsr()) { _mm_setcsr(before_ & ~(kFlush | kTakeForZero)); }
  ~SmallestKept() { _mm_setcsr(before_); }

 private:
  static constexpr unsigned kFlush = 0x8000, kTakeForZero = 0x0040;
  const unsigned before_;
};

// Runs all parts of some work, on all threads.
void RunExactly(int64_t parts, const std::function<void(int64_t)> &part) {
  TheHelpers().Run(parts, [&part](int64_t at) {
    const SmallestKept kept;
    part(at);
  });
}

bool IsRows(const TF_Tensor *tensor) { return TF_NumDims(tensor) == 2 && TF_TensorType(tensor) == TF_FLOAT && TF_TensorElementCount(tensor) > 0; }

// So many numbers of double precision; nullptr where there are others.
const double *DoublesOf(const TF_Tensor *tensor, int64_t count) {
  if (TF_TensorType(tensor) != TF_INT32 || TF_TensorElementCount(tensor) != 2 * count) return nullptr;
  return static_cast<const double *>(TF_TensorData(tensor));
}

FEWSCOPE_WIDE void ScaleRow(const float *x, const double *mean, const double *spread, int64_t size, float *to) {
  for (int64_t at = 0; at < size; at += kLanes) {
    const __mmask8 here = FirstEight(size - at);
    const __m512d away = LoadWide(here, x + at) - _mm512_maskz_loadu_pd(here, mean + at);
    StoreNarrow(here, to + at, _mm512_div_pd(away, _mm512_mask_loadu_pd(_mm512_set1_pd(1), here, spread + at)));
  }
}

// x [n,d], mean and spread of each column [2,d] of doubles -> [n,d], each value less its column's mean, in parts of its spread
void ScaleColumns(void *, TF_OpKernelContext *context) {
  Call call(context);
  TF_Tensor *x = call.Input(0);
  TF_Tensor *scale = call.Input(1);
  if (!call.ok() || !IsRows(x)) return call.Fail("rows were expected");
  const int64_t n = TF_Dim(x, 0), d = TF_Dim(x, 1);
  const double *mean = DoublesOf(scale, 2 * d);
  if (mean == nullptr) return call.Fail("mean and spread of each column were expected");
  TF_Tensor *y = call.Output(0, TF_FLOAT, {n, d});
  if (!call.ok()) return;
  const float *from = static_cast<const float *>(TF_TensorData(x));
  float *to = static_cast<float *>(TF_TensorData(y));
  RunExactly(n, [&](int64_t row) { ScaleRow(from + row * d, mean, mean + d, d, to + row * d); });
}

FEWSCOPE_WIDE void DivideRow(const float *x, const double *centre, double length, int64_t size, float *to) {
  const __m512d all = _mm512_set1_pd(length);
  for (int64_t at = 0; at < size; at += kLanes) {
    const __mmask8 here = FirstEight(size - at);
    StoreNarrow(here, to + at, _mm512_div_pd(LoadWide(here, x + at) - _mm512_maskz_loadu_pd(here, centre + at), all));
  }
}

// Rows whose sums are made side by side, since each waits for its own last addition.
constexpr int64_t kRows = 4;

// Not for wide registers, where compilers would round a product and its sum but once.
void SumSquares(const float *rows, const double *centre, int64_t count, int64_t size, double *sums) {
  if (count < kRows) {
    for (int64_t row = 0; row < count; row++) {
      sums[row] = 0;
      for (int64_t at = 0; at < size; at++) {
        const double away = rows[row * size + at] - centre[at];
        sums[row] += away * away;
      }
    }
    return;
  }
  double first = 0, second = 0, third = 0, fourth = 0;
  for (int64_t at = 0; at < size; at++) {
    const double in_first = rows[at] - centre[at], in_second = rows[size + at] - centre[at];
    const double in_third = rows[2 * size + at] - centre[at], in_fourth = rows[3 * size + at] - centre[at];
    first += in_first * in_first;
    second += in_second * in_second;
    third += in_third * in_third;
    fourth += in_fourth * in_fourth;
  }
  sums[0] = first;
  sums[1] = second;
  sums[2] = third;
  sums[3] = fourth;
}

// x [n,d], a centre [d] of doubles -> [n,d], each row less the centre, divided by its length
void UnitRows(void *, TF_OpKernelContext *context) {
  Call call(context);
  TF_Tensor *x = call.Input(0);
  TF_Tensor *middle = call.Input(1);
  if (!call.ok() || !IsRows(x)) return call.Fail("rows were expected");
  const int64_t n = TF_Dim(x, 0), d = TF_Dim(x, 1);
  const double *centre = DoublesOf(middle, d);
  if (centre == nullptr) return call.Fail("a centre with a value for each column was expected");
  TF_Tensor *y = call.Output(0, TF_FLOAT, {n, d});
  if (!call.ok()) return;
  const float *from = static_cast<const float *>(TF_TensorData(x));
  float *to = static_cast<float *>(TF_TensorData(y));
  RunExactly((n + kRows - 1) / kRows, [&](int64_t part) {
    const int64_t first = part * kRows, count = std::min(kRows, n - first);
    double sums[kRows];
    SumSquares(from + first * d, centre, count, d, sums);
    for (int64_t row = 0; row < count; row++)
      DivideRow(from + (first + row) * d, centre, sums[row] > 0 ? std::sqrt(sums[row]) : 1, d, to + (first + row) * d);
  });
}

// Adds each row's share to columns: its value, or the square of what it is away from the mean.
FEWSCOPE_WIDE void AddShares(const float *row, const double *mean, double count, int64_t size, double *sums) {
  const __m512d all = _mm512_set1_pd(count);
  for (int64_t at = 0; at < size; at += kLanes) {
    const __mmask8 here = FirstEight(size - at);
    __m512d value = LoadWide(here, row + at);
    if (mean != nullptr) {
      const __m512d away = value - _mm512_maskz_loadu_pd(here, mean + at);
      value = _mm512_mul_pd(away, away);
    }
    _mm512_mask_storeu_pd(sums + at, here, _mm512_maskz_loadu_pd(here, sums + at) + _mm512_div_pd(value, all));
  }
}

// Columns that are summed together: few enough for their sums to stay at hand, and a multiple of what a line of memory holds.
constexpr int64_t kColumns = 512;

// x [n,d] -> mean and variance of each column, [2,d] of doubles
void MeasureColumns(void *, TF_OpKernelContext *context) {
  Call call(context);
  TF_Tensor *x = call.Input(0);
  if (!call.ok() || !IsRows(x)) return call.Fail("rows were expected");
  const int64_t n = TF_Dim(x, 0), d = TF_Dim(x, 1);
  TF_Tensor *y = call.Output(0, TF_INT32, {2, 2 * d});
  if (!call.ok()) return;
  const float *from = static_cast<const float *>(TF_TensorData(x));
  double *means = static_cast<double *>(TF_TensorData(y)), *variances = means + d;
  RunExactly((d + kColumns - 1) / kColumns, [&](int64_t part) {
    const int64_t first = part * kColumns, size = std::min(kColumns, d - first);
    std::fill(means + first, means + first + size, 0.0);
    std::fill(variances + first, variances + first + size, 0.0);
    for (int64_t row = 0; row < n; row++) AddShares(from + row * d + first, nullptr, static_cast<double>(n), size, means + first);
    for (int64_t row = 0; row < n; row++) AddShares(from + row * d + first, means + first, static_cast<double>(n), size, variances + first);
  });
}

// A lower triangular factor while it grows: eight rows after each other are a panel, in which the eight values of a column lie together.
class Panels {
 public:
  explicit Panels(int64_t n) : length_((n + kLanes - 1) / kLanes * kLanes), values_(length_ * length_) {}
  int64_t count() const { return length_ / kLanes; }
  double *Panel(int64_t panel) { return values_.data() + panel * kLanes * length_; }

 private:
  int64_t length_;
  std::vector<double> values_;
};

// What is left of eight rows in eight columns once the products with all columns before them are taken off. [8 columns][8 rows]
FEWSCOPE_WIDE void TakeOff(const double *rows, const double *columns, int64_t before, __m512d *left) {
  __m512d sums[kLanes];
  FEWSCOPE_UNROLL for (int j = 0; j < kLanes; j++) sums[j] = left[j];
  for (int64_t m = 0; m < before; m++) {
    const __m512d values = _mm512_loadu_pd(rows + m * kLanes);
    FEWSCOPE_UNROLL for (int j = 0; j < kLanes; j++)
      sums[j] = _mm512_sub_pd(sums[j], Rounded(_mm512_mul_pd(values, _mm512_set1_pd(columns[m * kLanes + j]))));
  }
  FEWSCOPE_UNROLL for (int j = 0; j < kLanes; j++) left[j] = sums[j];
}

// Eight rows in the columns of a panel above them, whose factor is known. `rows` holds what they are of, and then their part of the factor.
FEWSCOPE_WIDE void FactorBelow(double *rows, const double *columns, int64_t before) {
  __m512d left[kLanes];
  double *own = rows + before * kLanes;
  const double *above = columns + before * kLanes;
  FEWSCOPE_UNROLL for (int j = 0; j < kLanes; j++) left[j] = _mm512_loadu_pd(own + j * kLanes);
  TakeOff(rows, columns, before, left);
  for (int j = 0; j < kLanes; j++) {
    for (int m = 0; m < j; m++) left[j] = _mm512_sub_pd(left[j], Rounded(_mm512_mul_pd(left[m], _mm512_set1_pd(above[m * kLanes + j]))));
    left[j] = _mm512_div_pd(left[j], _mm512_set1_pd(above[j * kLanes + j]));
    _mm512_storeu_pd(own + j * kLanes, left[j]);
  }
}

FEWSCOPE_WIDE void TakeOffOwn(double *rows, int64_t before) {
  __m512d left[kLanes];
  double *own = rows + before * kLanes;
  FEWSCOPE_UNROLL for (int j = 0; j < kLanes; j++) left[j] = _mm512_loadu_pd(own + j * kLanes);
  TakeOff(rows, rows, before, left);
  FEWSCOPE_UNROLL for (int j = 0; j < kLanes; j++) _mm512_storeu_pd(own + j * kLanes, left[j]);
}

// The same for the panel's own columns; a root is of no less than a smallest part of what stood on the diagonal.
void FactorOwn(double *rows, int64_t before) {
  double *own = rows + before * kLanes;
  double least[kLanes];
  for (int i = 0; i < kLanes; i++) least[i] = 0x1p-52 * own[i * kLanes + i];
  TakeOffOwn(rows, before);
  for (int j = 0; j < kLanes; j++)
    for (int i = 0; i < kLanes; i++) {
      double &value = own[j * kLanes + i];
      for (int m = 0; m < j; m++) value -= own[m * kLanes + i] * own[m * kLanes + j];
      if (i < j) value = 0;
      else if (i > j) value /= own[j * kLanes + j];
      else value = std::sqrt(value < least[i] ? least[i] : value);
    }
}

// a [n,n] symmetric, a part of its mean diagonal that is added to each, a double -> lower triangular L with L L^T = a, [n,n] of doubles
void Cholesky(void *, TF_OpKernelContext *context) {
  Call call(context);
  TF_Tensor *a = call.Input(0);
  TF_Tensor *part = call.Input(1);
  if (!call.ok() || !IsRows(a) || TF_Dim(a, 0) != TF_Dim(a, 1)) return call.Fail("a square matrix was expected");
  const double *jitter = DoublesOf(part, 1);
  if (jitter == nullptr) return call.Fail("a part of the diagonal was expected");
  const int64_t n = TF_Dim(a, 0);
  TF_Tensor *made = call.Output(0, TF_INT32, {n, 2 * n});
  if (!call.ok()) return;
  const float *from = static_cast<const float *>(TF_TensorData(a));
  double *to = static_cast<double *>(TF_TensorData(made));
  const SmallestKept kept;
  double trace = 0;
  for (int64_t i = 0; i < n; i++) trace += from[i * n + i];
  // The smallest number there is: no diagonal is nothing.
  const double added = *jitter * (trace / static_cast<double>(n)) + 4.9406564584124654e-324;
  Panels panels(n);
  const auto value = [&](int64_t i, int64_t j) -> double {
    if (i >= n || j >= n) return i == j ? 1 : 0;
    return i == j ? from[i * n + j] + added : from[i * n + j];
  };
  for (int64_t panel = 0; panel < panels.count(); panel++)
    for (int64_t j = 0; j < (panel + 1) * kLanes; j++)
      for (int64_t i = 0; i < kLanes; i++) panels.Panel(panel)[j * kLanes + i] = value(panel * kLanes + i, j);
  for (int64_t panel = 0; panel < panels.count(); panel++) {
    FactorOwn(panels.Panel(panel), panel * kLanes);
    RunExactly(panels.count() - panel - 1, [&](int64_t below) { FactorBelow(panels.Panel(panel + 1 + below), panels.Panel(panel), panel * kLanes); });
  }
  RunExactly(panels.count(), [&](int64_t panel) {
    for (int64_t i = panel * kLanes; i < std::min(n, (panel + 1) * kLanes); i++)
      for (int64_t j = 0; j < n; j++) to[i * n + j] = j <= i ? panels.Panel(panel)[j * kLanes + i % kLanes] : 0;
  });
}

void *ReadNothing(TF_OpKernelConstruction *construction) { return Read(construction, ""); }

}  // namespace

bool RegisterRows() {
  return Register({"FewscopeScaleColumns", {}, {"x: float", "scale: int32"}, {"y: float"}, ReadNothing, ScaleColumns}) &&
         Register({"FewscopeUnitRows", {}, {"x: float", "centre: int32"}, {"y: float"}, ReadNothing, UnitRows}) &&
         Register({"FewscopeMeasureColumns", {}, {"x: float"}, {"scale: int32"}, ReadNothing, MeasureColumns}) &&
         Register({"FewscopeCholesky", {}, {"a: float", "jitter: int32"}, {"factor: int32"}, ReadNothing, Cholesky});
}

}  // namespace fewscope

#endif
