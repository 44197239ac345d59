#pragma once

#include "messages/model/ids.hpp"
#include "messages/model/value.hpp"

#include <map>
#include <string>
#include <vector>

/// Identity for a compose file, which has names and no numbers. The hash is FNV-1a (G. Fowler,
/// L. C. Noll, P. Vo; parameters from draft-eastlake-fnv, public domain): stable for ever, spread
/// evenly, and not meant to withstand anybody. What is derived here stands in labels and names of
/// containers: a change of the rules makes every container of every such device anew.
namespace copal::planning {

/// 32 hex digits: the 128 bit hash of "copal project <name>".
app_uuid derived_app_uuid(const std::string& project);

/// From 2 to 2^31 - 1 (1 is the number that command lines give to local apps): the 64 bit hash of
/// the same text, folded.
app_id derived_app_id(const std::string& project);

/// The same for services, from "copal service <project>/<name>". Where two names meet, the one that
/// sorts later gets the next free number, so the order of the file has no meaning.
std::map<service_name, service_id> derived_service_ids(
  const std::string& project, std::vector<service_name> names);

/// 32 hex digits: the 128 bit hash of the document's content. Lines, the order of keys, nulls,
/// `version` and members that begin with `x-`, at the top and of a service, network or volume, have
/// no part in it; the order of a service's networks has, since the first is its network mode.
commit_id derived_commit(const value& document);

} // namespace copal::planning
