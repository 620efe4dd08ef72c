// Linked into the binding beside tfjs-node's own sources. A training step calls some four hundred kernels, and each call from JavaScript costs more than
// many of these kernels. A program is such a list of calls, recorded once by JavaScript; running it makes the same calls in the same order, so that it
// gives the same bits. The binding's own module entry is taken over here to add three functions to its exports.
#include <node_api.h>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

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
  // Slots that no later call reads.
  std::vector<int32_t> frees;
};

// A slot holds a tensor while a program runs: first those that are given, then constants, then what the calls make.
struct Program {
  ~Program() {
    for (Call &call : calls) {
      if (call.model != nullptr) TFE_DeleteOp(call.model);
    }
    for (TFE_TensorHandle *constant : constants) TFE_DeleteTensorHandle(constant);
    if (op != nullptr) TFE_DeleteOp(op);
  }
  std::vector<Call> calls;
  std::vector<TFE_TensorHandle *> constants;
  uint32_t given = 0;
  uint32_t slots = 0;
  std::vector<int32_t> outputs;
  TFE_Op *op = nullptr;
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
  const int32_t id = nextProgram++;
  programs.emplace(id, std::move(program));
  napi_value result = nullptr;
  napi_create_int32(env, id, &result);
  return result;
}

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
  std::vector<bool> owned;
};

bool RunCall(napi_env env, Program *program, const Call &call, Slots *slots) {
  TF_AutoStatus status;
  TFE_OpReset(program->op, call.name.c_str(), nullptr, status.status);
  if (Failed(env, status, call.name)) return false;
  for (int32_t slot : call.inputs) {
    if (slots->handles[slot] == nullptr) {
      Throw(env, call.name + ": an input that is not there");
      return false;
    }
    TFE_OpAddInput(program->op, slots->handles[slot], status.status);
    if (Failed(env, status, call.name)) return false;
  }
  TFE_OpAddAttrs(program->op, TFE_OpGetAttrs(call.model));
  TFE_TensorHandle *made[16];
  std::vector<TFE_TensorHandle *> many;
  TFE_TensorHandle **results = made;
  int count = static_cast<int>(call.outputs.size());
  if (count > 16) {
    many.resize(count);
    results = many.data();
  }
  TFE_Execute(program->op, results, &count, status.status);
  if (Failed(env, status, call.name)) return false;
  for (int i = 0; i < count; i++) {
    slots->handles[call.outputs[i]] = results[i];
    slots->owned[call.outputs[i]] = true;
  }
  for (int32_t slot : call.frees) slots->Free(slot);
  return true;
}

// runProgram(program, [tensor id of each given slot]) -> what executeOp gives, for each output of the program
napi_value RunProgram(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value args[2];
  napi_get_cb_info(env, info, &argc, args, nullptr, nullptr);
  TFJSBackend *const backend = GetTFJSBackend(env);
  if (backend == nullptr || argc < 2) return nullptr;
  int32_t id = -1;
  napi_get_value_int32(env, args[0], &id);
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
  if (program->op == nullptr) {
    TF_AutoStatus status;
    program->op = TFE_NewOp(backend->tfe_context_, "Identity", status.status);
    if (Failed(env, status, "Identity")) return nullptr;
  }
  Slots slots(program->slots);
  for (size_t i = 0; i < given.size(); i++) {
    auto handle = backend->tfe_handle_map_.find(given[i]);
    if (handle == backend->tfe_handle_map_.end()) {
      Throw(env, "a tensor that is not there");
      return nullptr;
    }
    slots.handles[i] = handle->second;
  }
  for (size_t i = 0; i < program->constants.size(); i++) {
    slots.handles[given.size() + i] = program->constants[i];
  }
  for (const Call &call : program->calls) {
    if (!RunCall(env, program, call, &slots)) return nullptr;
  }
  napi_value result = nullptr;
  napi_create_array_with_length(env, program->outputs.size(), &result);
  for (size_t i = 0; i < program->outputs.size(); i++) {
    const int32_t slot = program->outputs[i];
    TF_AutoStatus status;
    if (slots.handles[slot] == nullptr) {
      Throw(env, "an output that is not there");
      return nullptr;
    }
    TFE_TensorHandle *copy =
        TFE_TensorHandleCopySharingTensor(slots.handles[slot], status.status);
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

napi_value Init(napi_env env, napi_value exports) {
  napi_value result = InitTFNodeJSBinding(env, exports);
  if (result == nullptr) return nullptr;
  const napi_property_descriptor added[] = {
      {"makeProgram", nullptr, MakeProgram, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"runProgram", nullptr, RunProgram, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"dropProgram", nullptr, DropProgram, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  napi_define_properties(env, exports, 3, added);
  return result;
}

}  // namespace

}  // namespace tfnodejs

extern "C" __attribute__((visibility("default"))) napi_value napi_register_module_v1(
    napi_env env, napi_value exports) {
  return tfnodejs::Init(env, exports);
}
