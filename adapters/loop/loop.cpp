#include "adapters/loop/loop.hpp"

#include <csignal>

#include <boost/asio/post.hpp>
#include <caf/resumable.hpp>

namespace copal {

namespace {

constexpr std::size_t messages_at_a_time = 64; // then sockets have their turn

/// Signals are for the main thread.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

} // namespace

loop_unit::loop_unit(caf::actor_system& system, boost::asio::io_context& context)
  : scoped_execution_unit(&system),
    context_(context),
    outward_(&system) {}

void loop_unit::exec_later(caf::resumable* job) {
  boost::asio::post(context_, [this, job] { run(job); });
}

void loop_unit::run(caf::resumable* job) {
  if (job->resume(&outward_, messages_at_a_time) == caf::resumable::resume_later)
    exec_later(job);
  else
    caf::intrusive_ptr_release(job);
}

loop::loop(caf::actor_system& system)
  : system_(system),
    work_(boost::asio::make_work_guard(context_)),
    unit_(system, context_) {}

loop::~loop() {
  work_.reset();
  context_.stop();
  if (thread_.joinable())
    thread_.join();
}

void loop::start() {
  thread_ = std::thread{[this] {
    block_signals();
    pthread_setname_np(pthread_self(), "copal-io");
    context_.run();
  }};
}

} // namespace copal
