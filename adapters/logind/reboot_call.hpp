#pragma once

#include "messages/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <systemd/sd-bus.h>

namespace copal::logind {

struct close_bus {
  /// What was not sent yet is dropped: flushing would wait.
  void operator()(sd_bus* bus) const noexcept { sd_bus_close_unref(bus); }
};
using bus_handle = std::unique_ptr<sd_bus, close_bus>;

struct drop_slot {
  void operator()(sd_bus_slot* slot) const noexcept { sd_bus_slot_unref(slot); }
};
using slot_handle = std::unique_ptr<sd_bus_slot, drop_slot>;

/// Asks logind once to reboot the machine, over a connection of its own, which is closed before the
/// outcome is told. Everything happens on the asio thread, and nothing there waits.
class reboot_call : public std::enable_shared_from_this<reboot_call> {
public:
  /// `unavailable`: nobody was asked, or who was asked refuses. `timeout`: logind was asked, and
  /// what it does is not known. The text names the bus and what it answered.
  using sink = std::function<void(const result<void>& outcome)>;

  /// Connects from the loop, not from within this call.
  static std::shared_ptr<reboot_call> begin(
    boost::asio::io_context& context, std::string address, std::chrono::milliseconds within);
  ~reboot_call();
  reboot_call(const reboot_call&) = delete;
  reboot_call& operator=(const reboot_call&) = delete;

  /// Who hears of the outcome, too; it is not over yet.
  void hear(sink who);
  [[nodiscard]] bool is_over() const noexcept { return over_; }
  /// Gives up: the outcome is `unavailable`, or `timeout` once logind was asked. Nothing, when it
  /// is over.
  void close();

private:
  using clock = std::chrono::steady_clock;

  reboot_call(
    boost::asio::io_context& context, std::string address, std::chrono::milliseconds within);

  static int on_reply(sd_bus_message* reply, void* call, sd_bus_error* ignored) noexcept;
  int connect();
  int work();
  int ask();
  void turn();
  int wait();
  void wait_for(boost::asio::posix::stream_descriptor::wait_type what);
  void stop_waiting();
  void end(const result<void>& outcome);
  [[nodiscard]] error late() const;
  [[nodiscard]] error broken(int why) const;

  std::string address_;
  std::chrono::milliseconds within_;
  clock::time_point deadline_;
  boost::asio::posix::stream_descriptor
    readiness_; ///< Borrows the bus's descriptor while it waits.
  boost::asio::steady_timer timer_;
  std::uint64_t waits_ = 0; ///< What belongs to an earlier wait does not count.
  bus_handle bus_;
  slot_handle asked_;                  ///< The call, once logind may have it.
  std::optional<result<void>> answer_; ///< Logind's.
  bool over_ = false;
  std::vector<sink> sinks_;
};

} // namespace copal::logind
