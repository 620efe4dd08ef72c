// Linked into the binding beside tfjs-node's own sources: the convolution with one cell, which ends the short way round a residual block, and both its gradients: one
// product of matrices each. With few images TensorFlow wakes its threads for each, which takes longer than the product. All is computed with 32-bit floats; maps may be
// brain floats. What a part of the work is follows from the shapes alone, so that bits do not depend on threads.
#include "products.h"

#ifdef FEWSCOPE_OWN_KERNELS

namespace fewscope {

namespace {

bool IsFilter(const TF_Tensor *tensor) {
  return TF_NumDims(tensor) == 4 && TF_TensorType(tensor) == TF_FLOAT && TF_Dim(tensor, 0) == 1 && TF_Dim(tensor, 1) == 1 &&
         TakesChannels(TF_Dim(tensor, 2)) && TakesChannels(TF_Dim(tensor, 3));
}

// The filter [inner, columns], or that turned round, in panels.
void FilterInPanels(const float *filter, int64_t inner, int64_t columns, bool turned, float *to) {
  const int64_t panel = PanelOf(columns);
  if (!turned) return InPanels(filter, inner, columns, panel, to);
  for (int64_t k = 0; k < columns; k += panel)
    for (int64_t i = 0; i < inner; i++)
      for (int64_t j = k; j < k + panel; j++) *to++ = filter[j * inner + i];
}

// Rows as floats: where they are, if they are such, or in memory at hand.
FEWSCOPE_WIDE inline const float *AsFloats(const float *from, int64_t, float *) { return from; }
FEWSCOPE_WIDE inline const float *AsFloats(const Brain *from, int64_t count, float *to) {
  Copy(from, count, to);
  return to;
}

// What is made of a product, on top of what is there already.
template <typename Y>
FEWSCOPE_WIDE inline void PutOnto(const float *product, const float *side, int64_t count, Y *to) {
  if (side == nullptr) return Copy(product, count, to);
  for (int64_t i = 0; i < count; i += Eight::kLanes) Eight::Put(to + i, _mm256_add_ps(Eight::Take(side + i), Eight::Take(product + i)));
}

// x, filter, and where asked a map to add -> y; turned, the map's gradient from that above
void Pointwise(void *state, TF_OpKernelContext *context) {
  const Settings &settings = *static_cast<Settings *>(state);
  Call call(context);
  TF_Tensor *x = call.Input(0);
  TF_Tensor *weights = call.Input(1);
  const int given = settings.turned ? 3 : 2, made = settings.turned ? 2 : 3;
  if (!call.ok() || !IsMap(x) || TF_TensorElementCount(x) == 0 || !IsFilter(weights) || TF_Dim(weights, given) != TF_Dim(x, 3))
    return call.Fail("a map and a filter of one cell with 8, or a multiple of 16, channels were expected");
  const int64_t inner = TF_Dim(x, 3), columns = TF_Dim(weights, made), rows = TF_TensorElementCount(x) / inner;
  const std::vector<int64_t> shape = {TF_Dim(x, 0), TF_Dim(x, 1), TF_Dim(x, 2), columns};
  const float *side = call.SideInput(2, settings, shape);
  TF_Tensor *y = call.Output(0, settings.made, shape);
  if (!call.ok()) return;
  const int64_t panel = PanelOf(columns);
  static thread_local Memory filterMemory;
  float *filter = filterMemory.Take(inner * columns);
  FilterInPanels(static_cast<const float *>(TF_TensorData(weights)), inner, columns, settings.turned, filter);
  const int64_t together = TogetherOf(rows, inner + columns);
  WithValues(x, [&](auto *from) {
    WithValues(y, [&](auto *to) {
      InParts(rows, together, [&](int64_t first, int64_t count, int64_t whole) {
        float *memory = PartMemory().Take(whole * (inner + columns));
        float *products = memory + whole * inner;
        const float *cells = memory;
        if (count == whole) cells = AsFloats(from + first * inner, count * inner, memory);
        else {
          Copy(from + first * inner, count * inner, memory);
          Clear(memory + count * inner, (whole - count) * inner);
        }
        WithPanel(panel, [&](auto lanes, auto vectors) {
          MultiplyRows<decltype(lanes), decltype(vectors)::value>(cells, whole, inner, inner, filter, columns, products);
        });
        PutOnto(products, side == nullptr ? nullptr : side + first * columns, count * columns, to + first * columns);
      });
    });
  });
}

// x, the gradient above -> the filter's gradient
void PointwiseFilter(void *, TF_OpKernelContext *context) {
  Call call(context);
  TF_Tensor *x = call.Input(0);
  TF_Tensor *dy = call.Input(1);
  if (!call.ok() || !IsMap(x) || !IsMap(dy) || TF_TensorElementCount(x) == 0) return call.Fail("two maps were expected");
  const int64_t inner = TF_Dim(x, 3), columns = TF_Dim(dy, 3), rows = TF_TensorElementCount(x) / inner;
  if (TF_Dim(x, 0) != TF_Dim(dy, 0) || TF_Dim(x, 1) != TF_Dim(dy, 1) || TF_Dim(x, 2) != TF_Dim(dy, 2) || !TakesChannels(inner) || !TakesChannels(columns))
    return call.Fail("two maps of one size with 8, or a multiple of 16, channels were expected");
  TF_Tensor *gradient = call.Output(0, TF_FLOAT, {1, 1, inner, columns});
  if (!call.ok()) return;
  WithValues(x, [&](auto *from) {
    WithValues(dy, [&](auto *above) {
      MultiplyTurned(rows, inner, above, columns, static_cast<float *>(TF_TensorData(gradient)),
                     [&](int64_t first, int64_t count, float *memory) { return AsFloats(from + first * inner, count * inner, memory); });
    });
  });
}

void *ReadPointwise(TF_OpKernelConstruction *construction) { return Read(construction, " turned N U "); }
void *ReadNothing(TF_OpKernelConstruction *construction) { return Read(construction, ""); }

}  // namespace

bool RegisterPointwise() {
  const char *t = "T: {float, bfloat16}", *u = "U: {float, bfloat16}";
  return Register({"FewscopePointwise", {t, u, "N: int >= 0", "turned: bool"}, {"x: T", "filter: float", "side: N * float"}, {"y: U"}, ReadPointwise, Pointwise}) &&
         Register({"FewscopePointwiseFilter", {t, u}, {"x: T", "dy: U"}, {"dfilter: float"}, ReadNothing, PointwiseFilter});
}

}  // namespace fewscope

#endif
