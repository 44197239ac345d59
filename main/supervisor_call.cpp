#include "main/supervisor_call.hpp"

#include "adapters/http/client.hpp"
#include "main/local_api.hpp"
#include "main/options.hpp"
#include "main/places.hpp"
#include "main/settings.hpp"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace copal {

namespace {

result<http::answer> ask(
  const http::address& api, const secret& key, const supervisor_question& question) {
  boost::asio::io_context context{1};
  result<http::answer> got = fail(errc::unavailable, "no answer");
  http::client client{context.get_executor(), api, {}};
  boost::asio::co_spawn(
    context,
    [&]() -> boost::asio::awaitable<void> {
      http::request what{question.method, question.path, question.body, {}};
      what.headers.emplace_back("Authorization", "Bearer " + key.reveal());
      got = co_await client.call(std::move(what), question.within);
      client.close();
    },
    [](const std::exception_ptr& failed) {
      if (failed)
        std::rethrow_exception(failed);
    });
  context.run();
  return got;
}

} // namespace

result<supervisor_answer> ask_supervisor(const supervisor_question& what) {
  run_options as_run;
  as_run.state_dir = what.state_dir;
  const auto where =
    find_places(as_run, process_environment(), std::filesystem::exists("/mnt/root/etc/os-release"));
  const auto api = find_local_api(where.state_dir);
  if (!api)
    return fail(
      api.error().code, api.error().what + "; name the --state-dir of a supervisor that runs");
  const auto address = http::address::parse(api->url);
  if (!address)
    return fail(address.error());
  auto got = ask(*address, api->key, what);
  if (!got)
    return fail(got.error().code,
      "asking the supervisor at " + api->url + ": " + got.error().what
        + "; is `copal run` running?");
  return supervisor_answer{got->status, std::move(got->body)};
}

} // namespace copal
