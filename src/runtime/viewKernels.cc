// Linked into the binding beside tfjs-node's own sources: what views of images are made by. Parts of images brought to one size, rectangles of whole pixels, and maps of
// colours, each image by its own, in one pass where TensorFlow takes two to four. What a part of the work is follows from the shapes alone, so that bits do not depend
// on threads.
#include "ownKernels.h"

#ifdef FEWSCOPE_OWN_KERNELS

namespace fewscope {

namespace {

bool IsImages(const TF_Tensor *tensor) { return TF_NumDims(tensor) == 4 && TF_TensorType(tensor) == TF_FLOAT && TF_TensorElementCount(tensor) > 0; }

// Whether it has four numbers for each image.
bool HasFour(const TF_Tensor *tensor, TF_DataType type, int64_t images) {
  return TF_NumDims(tensor) == 2 && TF_TensorType(tensor) == type && TF_Dim(tensor, 0) == images && TF_Dim(tensor, 1) == 4;
}

// The size of what is made, from two whole numbers.
bool TakeSize(const TF_Tensor *tensor, int64_t *height, int64_t *width) {
  const std::vector<int64_t> size = LengthsOf(tensor, 2);
  if (size.empty()) return false;
  *height = size[0];
  *width = size[1];
  return *height > 0 && *width > 0;
}

// Two neighbours on an axis and the share of the second, for a place that may lie beyond the border, where the outermost pixel goes on.
struct Between {
  Between(double place, int64_t length) {
    const double inside = std::min(std::max(place, 0.0), static_cast<double>(length - 1));
    first = std::min(static_cast<int64_t>(inside), length - 1);
    second = std::min(first + 1, length - 1);
    share = static_cast<float>(inside - first);
  }
  int64_t first, second;
  float share;
};

// What a value of a new row is made of: two values of a row, and the share of the second.
struct Columns {
  std::vector<int32_t> first, second;
  std::vector<float> share;
};

FEWSCOPE_WIDE void MixRows(const float *one, const float *other, float share, int64_t size, float *to) {
  const __m512 part = _mm512_set1_ps(share);
  for (int64_t at = 0; at < size; at += 16) {
    const __mmask16 here = First(size - at);
    const __m512 a = _mm512_maskz_loadu_ps(here, one + at), b = _mm512_maskz_loadu_ps(here, other + at);
    _mm512_mask_storeu_ps(to + at, here, _mm512_fmadd_ps(b - a, part, a));
  }
}

FEWSCOPE_WIDE void MixColumns(const float *row, const Columns &columns, int64_t size, float *to) {
  for (int64_t at = 0; at < size; at += 16) {
    const __mmask16 here = First(size - at);
    const __m512 none = _mm512_setzero_ps();
    const __m512 a = _mm512_mask_i32gather_ps(none, here, _mm512_maskz_loadu_epi32(here, columns.first.data() + at), row, 4);
    const __m512 b = _mm512_mask_i32gather_ps(none, here, _mm512_maskz_loadu_epi32(here, columns.second.data() + at), row, 4);
    _mm512_mask_storeu_ps(to + at, here, _mm512_fmadd_ps(b - a, _mm512_maskz_loadu_ps(here, columns.share.data() + at), a));
  }
}

// x [b,h,w,c], for each image the place of the first new row, how far the next is, and the same of columns, and the new size -> [b,h',w',c], bilinearly
void Resample(void *, TF_OpKernelContext *context) {
  Call call(context);
  TF_Tensor *x = call.Input(0);
  TF_Tensor *boxes = call.Input(1);
  TF_Tensor *size = call.Input(2);
  int64_t height, width;
  if (!call.ok() || !IsImages(x) || !HasFour(boxes, TF_FLOAT, TF_Dim(x, 0)) || !TakeSize(size, &height, &width))
    return call.Fail("images, four numbers for each and a size were expected");
  const int64_t h = TF_Dim(x, 1), w = TF_Dim(x, 2), channels = TF_Dim(x, 3);
  TF_Tensor *y = call.Output(0, TF_FLOAT, {TF_Dim(x, 0), height, width, channels});
  if (!call.ok()) return;
  const float *places = static_cast<const float *>(TF_TensorData(boxes));
  for (int64_t at = 0; at < TF_TensorElementCount(boxes); at++)
    if (!std::isfinite(places[at])) return call.Fail("places that are numbers were expected");
  const float *from = static_cast<const float *>(TF_TensorData(x));
  float *to = static_cast<float *>(TF_TensorData(y));
  TheHelpers().Run(TF_Dim(x, 0), [&](int64_t image) {
    const float *box = places + 4 * image;
    Columns columns;
    for (int64_t column = 0; column < width; column++) {
      const Between between(box[2] + static_cast<double>(column) * box[3], w);
      for (int64_t c = 0; c < channels; c++) {
        columns.first.push_back(static_cast<int32_t>(between.first * channels + c));
        columns.second.push_back(static_cast<int32_t>(between.second * channels + c));
        columns.share.push_back(between.share);
      }
    }
    std::vector<float> mixed(w * channels);
    for (int64_t row = 0; row < height; row++) {
      const Between between(box[0] + static_cast<double>(row) * box[1], h);
      const float *rows = from + image * h * w * channels;
      MixRows(rows + between.first * w * channels, rows + between.second * w * channels, between.share, w * channels, mixed.data());
      MixColumns(mixed.data(), columns, width * channels, to + (image * height + row) * width * channels);
    }
  });
}

// Which of the pixels of an axis each new one is, where the places from the first to the last may lie beyond its ends: there the axis is mirrored at its outermost
// pixel, or holds nothing, which is -1.
std::vector<int64_t> PixelsOf(const int32_t *span, int64_t length, bool nothing) {
  const int64_t step = span[1] < span[0] ? -1 : 1, count = std::abs(static_cast<int64_t>(span[1]) - span[0]) + 1;
  std::vector<int64_t> pixels;
  for (int64_t at = 0; at < count; at++) {
    const int64_t place = span[0] + step * at, mirrored = place < 0 ? -place : place < length ? place : 2 * (length - 1) - place;
    pixels.push_back(nothing && mirrored != place ? -1 : mirrored);
  }
  return pixels;
}

// A row of an image, pixel for pixel; those that follow each other go together.
void CopyRow(const float *row, const std::vector<int64_t> &pixels, int64_t channels, float *to) {
  const int64_t count = static_cast<int64_t>(pixels.size());
  for (int64_t at = 0; at < count;) {
    const int64_t first = pixels[at];
    if (first < 0) {
      std::fill(to + at * channels, to + (at + 1) * channels, 0.0f);
      at++;
      continue;
    }
    int64_t end = at + 1;
    while (end < count && pixels[end] == first + end - at) end++;
    const float *from = row + first * channels;
    const int64_t values = (end - at) * channels;
    float *made = to + at * channels;
    if (values >= 16) std::memcpy(made, from, values * sizeof(float));
    else
      for (int64_t k = 0; k < values; k++) made[k] = from[k];
    at = end;
  }
}

// x [b,h,w,c], for each image the first and the last row and column, and the size that they make -> [b,h',w',c]; what runs backwards is mirrored, and beyond the border
// lies the mirrored image, or zeros where asked
void CopyRectangles(void *state, TF_OpKernelContext *context) {
  const bool zero = static_cast<Settings *>(state)->zero != 0;
  Call call(context);
  TF_Tensor *x = call.Input(0);
  TF_Tensor *spans = call.Input(1);
  TF_Tensor *size = call.Input(2);
  int64_t height, width;
  if (!call.ok() || !IsImages(x) || !HasFour(spans, TF_INT32, TF_Dim(x, 0)) || !TakeSize(size, &height, &width))
    return call.Fail("images, four whole numbers for each and a size were expected");
  const int64_t h = TF_Dim(x, 1), w = TF_Dim(x, 2), channels = TF_Dim(x, 3);
  const int32_t *ends = static_cast<const int32_t *>(TF_TensorData(spans));
  const auto fits = [zero](const int32_t *span, int64_t made, int64_t length) {
    const auto near = [zero, length](int64_t place) { return zero || (place > -length && place < 2 * length - 1); };
    return near(span[0]) && near(span[1]) && std::abs(static_cast<int64_t>(span[1]) - span[0]) + 1 == made;
  };
  for (int64_t image = 0; image < TF_Dim(x, 0); image++)
    if (!fits(ends + 4 * image, height, h) || !fits(ends + 4 * image + 2, width, w))
      return call.Fail("rectangles of one size that lie in the images, or in their mirror images beside them, were expected");
  TF_Tensor *y = call.Output(0, TF_FLOAT, {TF_Dim(x, 0), height, width, channels});
  if (!call.ok()) return;
  const float *from = static_cast<const float *>(TF_TensorData(x));
  float *to = static_cast<float *>(TF_TensorData(y));
  TheHelpers().Run(TF_Dim(x, 0), [&](int64_t image) {
    const std::vector<int64_t> rows = PixelsOf(ends + 4 * image, h, zero), columns = PixelsOf(ends + 4 * image + 2, w, zero);
    for (int64_t row = 0; row < height; row++) {
      float *made = to + (image * height + row) * width * channels;
      if (rows[row] < 0) std::fill(made, made + width * channels, 0.0f);
      else CopyRow(from + (image * h + rows[row]) * w * channels, columns, channels, made);
    }
  });
}

// How far from a value those of its pixel lie, at most.
constexpr int kReach = 2;

// A map of colours for sixteen values after each other, of which the first is of this channel: what each is made of, by how far from it that lies.
struct Mapped {
  FEWSCOPE_WIDE void Take(const float *map, int channel) {
    float weights[2 * kReach + 1][16] = {}, added[16];
    for (int lane = 0; lane < 16; lane++) {
      const int row = (channel + lane) % 3;
      for (int k = 0; k < 3; k++) weights[k - row + kReach][lane] = map[4 * row + k];
      added[lane] = map[4 * row + 3];
    }
    for (int away = 0; away <= 2 * kReach; away++) {
      weight[away] = _mm512_loadu_ps(weights[away]);
      there[away] = 0;
      for (int lane = 0; lane < 16; lane++) {
        const int k = (channel + lane) % 3 + away - kReach;
        if (k >= 0 && k < 3) there[away] |= static_cast<__mmask16>(1u << lane);
      }
    }
    add = _mm512_loadu_ps(added);
  }
  __m512 weight[2 * kReach + 1], add;
  __mmask16 there[2 * kReach + 1];
};

FEWSCOPE_WIDE void MapColours(const float *x, const float *map, int64_t size, bool clip, float *to) {
  // Sixteen is no multiple of three.
  Mapped mapped[3];
  for (int phase = 0; phase < 3; phase++) mapped[phase].Take(map, phase);
  const __m512 zero = _mm512_setzero_ps(), one = _mm512_set1_ps(1);
  for (int64_t at = 0; at < size; at += 16) {
    const Mapped &now = mapped[at % 3];
    const __mmask16 here = First(size - at);
    __m512 sum = now.add;
    _Pragma("GCC unroll 8") for (int away = 0; away <= 2 * kReach; away++)
      sum = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(here & now.there[away], x + at + away - kReach), now.weight[away], sum);
    if (clip) sum = _mm512_max_ps(zero, _mm512_min_ps(one, sum));
    _mm512_mask_storeu_ps(to + at, here, sum);
  }
}

// x [b,h,w,3], for each image twelve numbers: for each channel of the new colours its weights of the old ones, and what is added -> [b,h,w,3], cut to 0 to 1 where asked
void Colours(void *state, TF_OpKernelContext *context) {
  const bool clip = static_cast<Settings *>(state)->clip != 0;
  Call call(context);
  TF_Tensor *x = call.Input(0);
  TF_Tensor *maps = call.Input(1);
  if (!call.ok() || !IsImages(x) || TF_Dim(x, 3) != 3 || TF_NumDims(maps) != 2 || TF_TensorType(maps) != TF_FLOAT || TF_Dim(maps, 0) != TF_Dim(x, 0) ||
      TF_Dim(maps, 1) != 12)
    return call.Fail("images of three channels and twelve numbers for each were expected");
  TF_Tensor *y = call.Output(0, TF_FLOAT, ShapeOf(x));
  if (!call.ok()) return;
  const int64_t size = TF_TensorElementCount(x) / TF_Dim(x, 0);
  const float *from = static_cast<const float *>(TF_TensorData(x)), *map = static_cast<const float *>(TF_TensorData(maps));
  float *to = static_cast<float *>(TF_TensorData(y));
  TheHelpers().Run(TF_Dim(x, 0), [&](int64_t image) { MapColours(from + image * size, map + 12 * image, size, clip, to + image * size); });
}

void *ReadColours(TF_OpKernelConstruction *construction) { return Read(construction, " clip "); }
void *ReadRectangles(TF_OpKernelConstruction *construction) { return Read(construction, " zero "); }
void *ReadNothing(TF_OpKernelConstruction *construction) { return Read(construction, ""); }

}  // namespace

bool RegisterViews() {
  return Register({"FewscopeResample", {}, {"x: float", "boxes: float", "size: int32"}, {"y: float"}, ReadNothing, Resample}) &&
         Register({"FewscopeCopyRectangles", {"zero: float"}, {"x: float", "spans: int32", "size: int32"}, {"y: float"}, ReadRectangles, CopyRectangles}) &&
         Register({"FewscopeColours", {"clip: float"}, {"x: float", "maps: float"}, {"y: float"}, ReadColours, Colours});
}

}  // namespace fewscope

#endif
