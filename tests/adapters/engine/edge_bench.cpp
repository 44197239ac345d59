#include "tests/adapters/engine/edge_bench.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace copal::test {

namespace {

using notes = edge_bench::notes;

/// Takes batches, unless it is told to keep its credit.
event_sink_actor::behavior_type event_sink(
  event_sink_actor::pointer self, const std::shared_ptr<notes>& heard) {
  return {
    [self, heard](const engine::event_batch& x) -> caf::result<engine::taken> {
      const std::lock_guard lock{heard->guard};
      heard->batches.push_back(x);
      heard->more.notify_all();
      if (heard->take)
        return engine::taken{};
      return self->make_response_promise<engine::taken>(); // and never kept
    },
    [heard](const engine::watch_ended& x) {
      const std::lock_guard lock{heard->guard};
      heard->ended.push_back(x);
      heard->more.notify_all();
    },
  };
}

pull_sink_actor::behavior_type pull_sink(
  pull_sink_actor::pointer, const std::shared_ptr<notes>& heard) {
  return {
    [heard](const engine::pull_progress& x) {
      const std::lock_guard lock{heard->guard};
      heard->progress.push_back(x);
      heard->more.notify_all();
    },
  };
}

} // namespace

edge_bench::edge_bench(scripted_server& server, engine_config settings) {
  loop_.start();
  settings.server.path = server.path();
  edge = spawn_engine(
    loop_, settings, system_.spawn(event_sink, heard), system_.spawn(pull_sink, heard));
}

edge_bench::~edge_bench() {
  kill();
}

void edge_bench::kill() {
  caf::scoped_actor self{system_};
  self->send_exit(edge, caf::exit_reason::user_shutdown);
  self->wait_for(edge);
}

scripted_server::script after_version(
  std::function<void(scripted_connection&, const std::string& request)> rest) {
  return [rest = std::move(rest)](scripted_connection& client) {
    for (auto request = client.read_request(); !request.empty(); request = client.read_request()) {
      if (first_words(request) == "GET /version")
        client.answer(200, R"({"ApiVersion":"1.41","MinAPIVersion":"1.12"})");
      else
        rest(client, request);
    }
  };
}

} // namespace copal::test
