// Linked into the binding. TensorFlow 2.21 writes a few lines to stderr while it loads, before its logging has read any
// setting, so no environment variable silences them. The dynamic linker takes this definition of the function that writes
// such lines rather than the library's own, because the binding comes first in the search order; it asks
// TF_CPP_MIN_LOG_LEVEL as the rest of TensorFlow does. In a library with another version of Abseil nothing calls it and the
// lines merely come back.
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace absl {
inline namespace lts_20250814 {
enum class LogSeverity : int;
namespace log_internal {

__attribute__((visibility("default"))) void WriteToStderr(std::string_view message,
                                                          LogSeverity severity) {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level != nullptr && static_cast<int>(severity) < std::atoi(level)) return;
  std::fwrite(message.data(), 1, message.size(), stderr);
}

}  // namespace log_internal
}  // namespace lts_20250814
}  // namespace absl
