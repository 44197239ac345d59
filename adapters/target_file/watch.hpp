#pragma once

#include "adapters/target_file/trail.hpp"
#include "messages/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

namespace copal::target_file {

enum class change : std::uint8_t {
  being_written, ///< And not yet closed by who writes.
  closed,        ///< After writing.
  replaced,      ///< Another file was moved to its place, as a whole.
  other,         ///< It, or something on the way to it, came, went or was replaced.
};

/// Hears of each change: what it was, and of which file; no file when something else changed, or
/// when changes were lost.
using change_sink = std::function<void(change what, const std::string& file)>;

/// How a descriptor for inotify is made; `::inotify_init1`, but for tests.
using inotify_maker = int (*)(int flags);

/// Watches, from its beginning to its end, on the asio thread. The sink is not called any more once
/// the watch is destroyed.
class watch {
public:
  /// Watches the ways to these paths, which it finds before it watches them: look at the content
  /// after this, and nothing is missed. `exhausted`, `unavailable`: the system does not let us;
  /// the text says why.
  static result<watch> begin(const boost::asio::any_io_executor& executor,
    const std::vector<std::string>& paths,
    change_sink sink,
    inotify_maker make);

  watch();
  ~watch();
  watch(watch&&) noexcept;
  watch& operator=(watch&&) noexcept;

private:
  class running;
  explicit watch(std::shared_ptr<running> what);

  std::shared_ptr<running> what_;
};

} // namespace copal::target_file
