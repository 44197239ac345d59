#pragma once

#include "adapters/target_file/decode.hpp"
#include "adapters/target_file/watch.hpp"
#include "messages/target_file.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

namespace copal::target_file {

/// How long is waited, and for what.
struct pauses {
  /// Without a further change, before the file is read: a script may append line by line.
  std::chrono::milliseconds settle{100};
  std::chrono::milliseconds replaced{5};    ///< The same when a whole file took its place.
  std::chrono::milliseconds written{5'000}; ///< At most, for somebody who still writes to close it.
  std::chrono::milliseconds doubt{500};     ///< Before what cannot be read is told as an error.
  std::chrono::milliseconds between{30'000}; ///< From look to look, where no watch is possible.
};

/// Reads a file when it changed. Lives on the asio thread.
class follower : public std::enable_shared_from_this<follower> {
public:
  using sink = std::function<void(const reading&)>;

  follower(boost::asio::any_io_executor executor,
    origin from,
    pauses wait,
    inotify_maker make,
    std::uint64_t incarnation,
    sink news);

  /// Looks now, tells what it found, and goes on from there.
  void start();

  /// Calls back with what the file is now, at once or when the change under way is over. False: too
  /// many wait already.
  bool ask(sink who);

  /// The end: nobody is called any more.
  void stop();

private:
  enum class phase : std::uint8_t {
    rest,
    settling, ///< It changed a moment ago.
    doubting, ///< It changed to something that cannot be read.
  };

  void changed(change what, const std::string& file);
  void wait_until(std::chrono::steady_clock::time_point when);
  void timer_fired();
  void look();
  void watch_again();
  reading watch_and_read();
  reading read_files(std::set<std::string>& asked);
  void conclude(reading now);

  boost::asio::any_io_executor executor_;
  origin from_;
  pauses pauses_;
  inotify_maker make_;
  std::uint64_t incarnation_;
  sink news_;

  std::set<std::string> named_; ///< The files that the document names.
  std::optional<watch> watch_;
  std::string watch_problem_; ///< Empty while there is a watch.
  boost::asio::steady_timer timer_;
  std::uint64_t timer_round_ = 0; ///< Tells a timer that was set anew from the one before.
  phase phase_ = phase::rest;
  bool doubted_ = false;
  std::set<std::string> being_written_;
  std::chrono::steady_clock::time_point changed_first_;
  std::uint64_t number_ = 0;
  std::optional<reading> last_;
  std::vector<sink> askers_;
};

/// Reads and decodes once.
reading read_now(const origin& from);

/// The same, and tells which files the document names, whether they are there or not.
reading read_now(const origin& from, std::set<std::string>& asked);

} // namespace copal::target_file
