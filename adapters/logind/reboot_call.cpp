#include "adapters/logind/reboot_call.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include <boost/asio/post.hpp>
#include <poll.h>

namespace copal::logind {

namespace asio = boost::asio;
using boost::system::error_code;
using descriptor = asio::posix::stream_descriptor;

namespace {

constexpr auto may_be_done = "; it may be done all the same";

/// What the bus or logind answered to the call.
error judge(const sd_bus_error& why) {
  auto what = std::string{why.name};
  if (why.message != nullptr && *why.message != '\0')
    what += std::string{": "} + why.message;
  // Who was asked is gone, or says nothing.
  if (sd_bus_error_has_names(&why, SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_TIMEOUT) != 0)
    return {errc::timeout, what + may_be_done};
  return {errc::unavailable, what};
}

std::string in_words(std::chrono::milliseconds time) {
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(time);
  return whole == time ? std::to_string(whole.count()) + " s"
                       : std::to_string(time.count()) + " ms";
}

} // namespace

std::shared_ptr<reboot_call> reboot_call::begin(
  asio::io_context& context, std::string address, std::chrono::milliseconds within) {
  std::shared_ptr<reboot_call> out{new reboot_call{context, std::move(address), within}};
  asio::post(context, [out] { out->turn(); });
  return out;
}

reboot_call::reboot_call(
  asio::io_context& context, std::string address, std::chrono::milliseconds within)
  : address_(std::move(address)),
    within_(within),
    deadline_(clock::now() + within),
    readiness_(context),
    timer_(context) {}

reboot_call::~reboot_call() {
  stop_waiting(); // the descriptor is the bus's to close
}

void reboot_call::hear(sink who) {
  sinks_.push_back(std::move(who));
}

void reboot_call::close() {
  const std::string why = "the way to the bus is being closed";
  end(asked_ ? fail(errc::timeout, why + may_be_done) : fail(errc::unavailable, why));
}

/// Below 0: an errno, as of all calls of sd-bus.
int reboot_call::connect() {
  sd_bus* made = nullptr;
  int outcome = sd_bus_new(&made);
  bus_.reset(made);
  if (outcome >= 0)
    outcome = sd_bus_set_address(made, address_.c_str());
  if (outcome >= 0)
    outcome = sd_bus_set_bus_client(made, 1);
  return outcome >= 0 ? sd_bus_start(made) : outcome;
}

/// Asks once the bus has let us in: whatever happens before that, nobody was asked.
int reboot_call::ask() {
  constexpr int interactive = 0;
  sd_bus_message* made = nullptr;
  const int outcome = sd_bus_message_new_method_call(bus_.get(),
    &made,
    "org.freedesktop.login1",
    "/org/freedesktop/login1",
    "org.freedesktop.login1.Manager",
    "Reboot");
  const std::unique_ptr<sd_bus_message, decltype(&sd_bus_message_unref)> call{
    made, sd_bus_message_unref};
  if (outcome < 0)
    return outcome;
  if (const int appended = sd_bus_message_append(made, "b", interactive); appended < 0)
    return appended;
  sd_bus_slot* slot = nullptr;
  constexpr auto no_limit = UINT64_MAX; // of the library's own: the deadline is ours
  const int sent = sd_bus_call_async(bus_.get(), &slot, made, on_reply, this, no_limit);
  asked_.reset(slot);
  return sent;
}

int reboot_call::on_reply(sd_bus_message* reply, void* call, sd_bus_error* /*ignored*/) noexcept {
  const auto* why = sd_bus_message_get_error(reply);
  static_cast<reboot_call*>(call)->answer_ = why == nullptr ? result<void>{} : fail(judge(*why));
  return 0;
}

/// Lets the bus do what it can without waiting, until there is an answer. Above 0: it can do more.
int reboot_call::work() {
  constexpr int most_turns = 64; // then others have theirs
  for (int turns = 0; turns < most_turns; ++turns) {
    if (!asked_ && sd_bus_is_ready(bus_.get()) > 0) {
      if (const int sent = ask(); sent < 0)
        return sent;
    }
    const int more = sd_bus_process(bus_.get(), nullptr);
    if (more <= 0 || answer_)
      return more;
  }
  return 1;
}

/// From the loop, whenever there may be something to do.
void reboot_call::turn() {
  if (over_)
    return;
  stop_waiting();
  int outcome = bus_ ? 0 : connect();
  if (outcome >= 0)
    outcome = work();
  if (answer_)
    return end(*answer_);
  if (outcome >= 0 && clock::now() >= deadline_)
    return end(fail(late()));
  if (outcome >= 0)
    outcome = wait();
  if (outcome < 0)
    end(fail(broken(-outcome)));
}

/// Until the bus can go on, or the time is over.
int reboot_call::wait() {
  constexpr auto no_time = UINT64_MAX;
  const int fd = sd_bus_get_fd(bus_.get());
  if (fd < 0)
    return fd;
  const int events = sd_bus_get_events(bus_.get());
  if (events < 0)
    return events;
  std::uint64_t wanted_at = no_time; // of the monotonic clock, in microseconds
  if (const int known = sd_bus_get_timeout(bus_.get(), &wanted_at); known < 0)
    return known;
  error_code failed;
  readiness_.assign(fd, failed);
  if (failed)
    return -failed.value();
  if ((events & POLLIN) != 0)
    wait_for(descriptor::wait_read);
  if ((events & POLLOUT) != 0)
    wait_for(descriptor::wait_write);
  auto until = deadline_;
  if (wanted_at != no_time) {
    const std::chrono::microseconds since_boot{static_cast<std::int64_t>(wanted_at)};
    until = std::min(until, clock::time_point{since_boot});
  }
  timer_.expires_at(until);
  timer_.async_wait([self = shared_from_this(), wait = waits_](const error_code& ended) {
    if (!ended && wait == self->waits_)
      self->turn();
  });
  return 0;
}

void reboot_call::wait_for(descriptor::wait_type what) {
  readiness_.async_wait(what, [self = shared_from_this(), wait = waits_](const error_code& ended) {
    if (!ended && wait == self->waits_)
      self->turn();
  });
}

/// Gives the descriptor back: the bus may close it, and open another one, whenever it works.
void reboot_call::stop_waiting() {
  ++waits_;
  timer_.cancel();
  if (readiness_.is_open())
    static_cast<void>(readiness_.release());
}

void reboot_call::end(const result<void>& outcome) {
  if (std::exchange(over_, true))
    return;
  stop_waiting();
  asked_.reset();
  bus_.reset();
  auto told = outcome;
  if (!told)
    told = fail(told.error().with_context("asking logind for a reboot over " + address_));
  for (const auto& who : std::exchange(sinks_, {}))
    who(told);
}

error reboot_call::late() const {
  const auto time = in_words(within_);
  if (asked_)
    return {errc::timeout, "no answer within " + time + may_be_done};
  return {errc::unavailable, "the bus did not let us in within " + time};
}

error reboot_call::broken(int why) const {
  auto what = std::generic_category().message(why);
  if (asked_)
    return {errc::timeout, what + may_be_done};
  return {errc::unavailable, "the bus cannot be reached: " + what};
}

} // namespace copal::logind
