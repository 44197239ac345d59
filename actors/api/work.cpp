// What takes longer than the edge waits for an answer.

#include "actors/api/parts.hpp"
#include "actors/api/replies.hpp"

#include <utility>

namespace copal::api_parts {

namespace {

/// At a time; the conductor has a bound of its own.
constexpr std::size_t most_work = 64;
/// After so long the edge is told that the work goes on; it waits a little longer.
constexpr std::chrono::seconds told_after{3};
/// The edge asks again at once. One that does not has gone, and so has the caller.
constexpr std::chrono::seconds asked_again_within{30};

std::string timer_of(std::uint64_t ticket) {
  return work_timer + std::to_string(ticket);
}

} // namespace

std::optional<begun_work> begin_work(self_ptr self) {
  auto& st = self->state;
  if (st.work.size() >= most_work)
    return std::nullopt;
  const auto ticket = ++st.last_ticket;
  auto promise = self->make_response_promise<api::reply>();
  st.work[ticket].asker = promise;
  st.waits.set(self, timer_of(ticket), told_after);
  return begun_work{ticket, promise};
}

void end_work(self_ptr self, std::uint64_t ticket, api::reply how) {
  auto& st = self->state;
  const auto it = st.work.find(ticket);
  if (it == st.work.end())
    return;
  if (!it->second.asker.pending()) {
    it->second.done = std::move(how);
    return;
  }
  st.waits.stop(timer_of(ticket));
  auto asker = std::move(it->second.asker);
  st.work.erase(it);
  asker.deliver(std::move(how));
}

void work_timer_fired(self_ptr self, const std::string& timer) {
  auto& st = self->state;
  for (auto it = st.work.begin(); it != st.work.end(); ++it) {
    if (timer_of(it->first) != timer)
      continue;
    if (!it->second.asker.pending()) { // The caller has gone.
      st.work.erase(it);
      return;
    }
    api::reply later;
    later.status = 102;
    later.ticket = it->first;
    std::exchange(it->second.asker, {}).deliver(std::move(later));
    st.waits.set(self, timer_of(it->first), asked_again_within);
    return;
  }
}

outcome wait_on(self_ptr self, std::uint64_t ticket) {
  auto& st = self->state;
  const auto it = st.work.find(ticket);
  if (it == st.work.end()) // Its actor has crashed since.
    return api::failure_reply(503, "what became of the request is not known");
  if (it->second.done) {
    auto reply = std::move(*it->second.done);
    st.waits.stop(timer_of(ticket));
    st.work.erase(it);
    return reply;
  }
  it->second.asker = self->make_response_promise<api::reply>();
  st.waits.set(self, timer_of(ticket), told_after);
  return it->second.asker;
}

} // namespace copal::api_parts
