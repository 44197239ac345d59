#pragma once

#include <cstdint>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <caf/scoped_execution_unit.hpp>

/// The asio thread: sockets, timers, and the actors that own them, without a lock between them.
namespace copal {

/// Where pinned actors wake up: their work is posted to the asio thread.
class loop_unit final : public caf::scoped_execution_unit {
public:
  loop_unit(caf::actor_system& system, boost::asio::io_context& context);

  /// Takes over one reference. Any thread.
  void exec_later(caf::resumable* job) override;

private:
  void run(caf::resumable* job);

  boost::asio::io_context& context_;
  /// What a pinned actor hands on to those it wakes. Were it this unit, everyone whom a pinned
  /// actor sends a message would run on the asio thread too.
  caf::scoped_execution_unit outward_;
};

/// The asio thread. Actors pinned to it must have ended before it is destroyed, and it must be
/// destroyed before the actor system.
class loop {
public:
  explicit loop(caf::actor_system& system);
  ~loop(); ///< Stops the thread; what was posted and did not run is dropped.
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  /// Starts the thread. Without it, somebody else runs `context()`: a test that steps it.
  void start();

  [[nodiscard]] caf::actor_system& system() noexcept { return system_; }
  [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }
  [[nodiscard]] loop_unit& unit() noexcept { return unit_; }

private:
  caf::actor_system& system_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  loop_unit unit_;
  std::thread thread_;
};

} // namespace copal
