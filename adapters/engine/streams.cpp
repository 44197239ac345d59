#include "adapters/engine/streams.hpp"

#include "adapters/engine/codec.hpp"
#include "adapters/engine/pull_meter.hpp"
#include "adapters/loop/ask.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include <caf/send.hpp>

namespace copal::engine_wire {

namespace asio = boost::asio;
using asio::awaitable;

namespace {

constexpr std::size_t largest_batch = 64;

/// Says that a watch is over, however its coroutine ends.
class last_word {
public:
  last_word(event_sink_actor sink, std::uint64_t watch) : sink_(std::move(sink)), watch_(watch) {}
  last_word(const last_word&) = delete;
  last_word& operator=(const last_word&) = delete;
  ~last_word() { caf::anon_send(sink_, engine::watch_ended{watch_, why_}); }

  void because(error why) { why_ = std::move(why); }

private:
  event_sink_actor sink_;
  std::uint64_t watch_;
  error why_{errc::unavailable, "the engine's edge ended"};
};

/// Reads events off lines; those that do not concern us are left out.
result<std::vector<engine::event>> events_of(const std::vector<std::string>& lines) {
  std::vector<engine::event> out;
  for (const auto& line : lines) {
    auto read = read_event(line);
    if (!read)
      return fail(read.error().with_context("an event"));
    if (*read)
      out.push_back(std::move(**read));
  }
  return out;
}

/// Hands events on, a batch at a time; the error when the sink does not take one.
awaitable<result<void>> hand_on(edge* self,
  std::shared_ptr<session> with,
  std::shared_ptr<watch> me,
  event_sink_actor sink,
  std::vector<engine::event> events) {
  for (std::size_t at = 0; at < events.size(); at += largest_batch) {
    if (me->replaced || with->closed())
      co_return fail(errc::unavailable, "the watch is over");
    const auto first = std::next(events.begin(), static_cast<std::ptrdiff_t>(at));
    const auto count = std::min(largest_batch, events.size() - at);
    engine::event_batch batch;
    batch.watch = me->id;
    batch.events.assign(std::make_move_iterator(first),
      std::make_move_iterator(std::next(first, static_cast<std::ptrdiff_t>(count))));
    auto taken =
      co_await ask<engine::taken>(self, sink, with->deadlines().events_taken, std::move(batch));
    if (!taken)
      co_return fail(taken.error().with_context("handing events on"));
  }
  co_return result<void>{};
}

/// Reads and hands on until there is a reason to end.
awaitable<error> pump(
  edge* self, std::shared_ptr<session> with, std::shared_ptr<watch> me, event_sink_actor sink) {
  constexpr std::chrono::milliseconds for_ever{0}; // engines may be quiet
  for (;;) {
    auto got = co_await me->stream->read(for_ever);
    if (!got)
      co_return got.error().with_context("the event stream");
    auto events = events_of(got->items);
    if (!events)
      co_return events.error();
    auto handed = co_await hand_on(self, with, me, sink, std::move(*events));
    if (!handed)
      co_return handed.error();
    if (got->ended)
      co_return error{errc::unavailable, "the engine ended the event stream"};
  }
}

/// Tells the sink how a pull goes on: not too often, and never too seldom.
class progress_teller : public std::enable_shared_from_this<progress_teller> {
public:
  progress_teller(const session& with, pull_sink_actor sink, std::string name)
    : sink_(std::move(sink)),
      name_(std::move(name)),
      every_(with.deadlines().progress_every),
      beat_(with.deadlines().progress_beat),
      timer_(with.executor()) {}

  void tell(int percent) {
    percent_ = percent;
    if (percent_ == told_)
      return;
    if (timer::clock_type::now() >= next_)
      say();
    else if (due_ > next_)
      arm(next_);
  }

  void stop() {
    timer_.cancel();
    stopped_ = true;
  }

private:
  using timer = asio::steady_timer;

  void say() {
    if (stopped_)
      return;
    caf::anon_send(sink_, engine::pull_progress{name_, percent_});
    told_ = percent_;
    const auto now = timer::clock_type::now();
    next_ = now + every_;
    arm(now + beat_);
  }

  void arm(timer::time_point due) {
    due_ = due;
    timer_.expires_at(due);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& ec) {
      if (const auto me = weak.lock(); me && !ec)
        me->say();
    });
  }

  pull_sink_actor sink_;
  std::string name_;
  std::chrono::milliseconds every_;
  std::chrono::milliseconds beat_;
  timer timer_;
  timer::time_point next_; ///< Not before.
  timer::time_point due_;  ///< When the timer fires.
  int percent_ = 0;
  int told_ = -1;
  bool stopped_ = false;
};

error pull_was_ended() {
  return {errc::unavailable, "the fetch was ended"};
}

awaitable<result<engine::done>> pull(std::shared_ptr<session> with,
  std::shared_ptr<running_pull> me,
  call what,
  std::shared_ptr<progress_teller> teller) {
  auto stream = co_await with->open(std::move(what), with->deadlines().pull_silence);
  if (me->ended)
    co_return fail(pull_was_ended());
  if (!stream)
    co_return fail(std::move(stream.error()));
  me->stream = std::move(*stream);
  pull_meter meter;
  for (;;) {
    auto got = co_await me->stream->read(with->deadlines().pull_silence);
    if (me->ended)
      co_return fail(pull_was_ended());
    if (!got)
      co_return fail(got.error().with_context(doing(operation::pull)));
    for (const auto& text : got->items) {
      auto line = read_pull_line(text);
      if (!line)
        co_return fail(line.error().with_context(doing(operation::pull)));
      if (!line->failure.empty())
        co_return fail(judge_pull(line->failure));
      meter.take(*line);
    }
    if (got->ended)
      co_return engine::done{};
    teller->tell(meter.percent());
  }
}

} // namespace

void watch::replace() {
  replaced = true;
  if (stream)
    stream->close();
}

void running_pull::end() {
  ended = true;
  if (stream)
    stream->close();
}

awaitable<void> run_watch(edge* self,
  std::shared_ptr<session> with,
  std::shared_ptr<watch> me,
  event_sink_actor sink,
  caf::typed_response_promise<engine::watching> reply) {
  auto what = call_for(engine::watch_events{me->id});
  auto stream = co_await with->open(std::move(*what), with->deadlines().look);
  error replaced{errc::conflict, "another watch took its place"};
  if (!stream || me->replaced) {
    reply.deliver(to_caf(me->replaced ? replaced : stream.error()));
    co_return;
  }
  me->stream = std::move(*stream);
  last_word over{sink, me->id};
  reply.deliver(engine::watching{});
  auto why = co_await pump(self, with, me, sink);
  over.because(me->replaced ? replaced : std::move(why));
}

awaitable<void> run_pull(std::shared_ptr<session> with,
  std::shared_ptr<running_pull> me,
  call what,
  std::string name,
  pull_sink_actor sink,
  caf::typed_response_promise<engine::done> reply) {
  const auto teller = std::make_shared<progress_teller>(*with, std::move(sink), std::move(name));
  teller->tell(0);
  auto out = co_await pull(with, std::move(me), std::move(what), teller);
  teller->stop();
  if (out)
    reply.deliver(*out);
  else
    reply.deliver(to_caf(out.error()));
}

} // namespace copal::engine_wire
