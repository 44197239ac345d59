#include "actors/root/relay.hpp"

#include <caf/actor_cast.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/sec.hpp>

namespace copal::relay_detail {

namespace {

caf::error down_error(const relay_state& st) {
  return to_caf({errc::unavailable, st.config.child + " is down"});
}

/// Answers everything that the child owes.
void fail_all(caf::scheduled_actor* self, relay_state& st) {
  const auto orphans = std::exchange(st.in_flight, {});
  st.counts.orphaned += orphans.size();
  for (auto [request, promise] : orphans) {
    promise.deliver(down_error(st));
    // The child's answer will not come; without one, CAF would keep its handler for ever.
    self->eq_impl(request.response_id(), self->ctrl(), self->context(), down_error(st));
  }
}

} // namespace

void prepare(caf::scheduled_actor* self, relay_state& st) {
  self->set_down_handler([self, &st](caf::down_msg& msg) {
    if (!st.child || msg.source != st.child)
      return; // an earlier one
    st.child.reset();
    fail_all(self, st);
  });
  self->set_exit_handler([self, &st](caf::exit_msg& msg) {
    fail_all(self, st);
    self->quit(std::move(msg.reason));
  });
}

relay_counts counts_of(const relay_state& st) {
  auto counts = st.counts;
  counts.in_flight = st.in_flight.size();
  return counts;
}

relay_counts point(caf::scheduled_actor* self, relay_state& st, const point_relay& to) {
  // The word of the old child's end may come after the new child.
  if (st.child)
    self->demonitor(st.child->address());
  fail_all(self, st);
  st.child = caf::actor_cast<caf::strong_actor_ptr>(to.child);
  st.incarnation = to.incarnation;
  if (st.child)
    self->monitor(st.child);
  return counts_of(st);
}

bool pass_one_way(caf::scheduled_actor* self, relay_state& st) {
  auto* element = self->current_mailbox_element();
  if (element->mid.is_request())
    return false;
  if (st.child)
    st.child->enqueue(
      element->sender, element->mid, element->move_content_to_message(), self->context());
  else
    ++st.counts.dropped;
  return true;
}

caf::error refusal(relay_state& st) {
  if (!st.child)
    return down_error(st);
  if (st.in_flight.size() < st.config.max_in_flight)
    return {};
  ++st.counts.refused;
  return to_caf({errc::exhausted, st.config.child + ": queue full"});
}

caf::message_id repeat(caf::scheduled_actor* self, relay_state& st, caf::response_promise promise) {
  auto* element = self->current_mailbox_element();
  const auto request =
    self->new_request_id(element->mid.category() == caf::message_id::urgent_message_category
                           ? caf::message_priority::high
                           : caf::message_priority::normal);
  st.in_flight.emplace(request, std::move(promise));
  st.child->enqueue(self->ctrl(), request, element->move_content_to_message(), self->context());
  return request;
}

void answer(caf::scheduled_actor* self, relay_state& st, caf::message_id request) {
  auto node = st.in_flight.extract(request);
  if (!node.empty())
    node.mapped().deliver(self->current_mailbox_element()->move_content_to_message());
}

void answer(relay_state& st, caf::message_id request, const caf::error& why) {
  auto node = st.in_flight.extract(request);
  if (node.empty())
    return;
  if (why == caf::sec::request_receiver_down)
    ++st.counts.orphaned;
  const bool ours = why.category() == caf::atom("copal");
  node.mapped().deliver(ours ? why : to_caf(from_caf(why)));
}

} // namespace copal::relay_detail
