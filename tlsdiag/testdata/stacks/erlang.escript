#!/usr/bin/env escript
%% Servers of Erlang's ssl application for tests. Each line of standard input asks for one:
%%
%%   version <tab> certificates <tab> key <tab> CAs of clients <tab> ciphers <tab> ALPN protocol
%%
%% A field that is not given is "-"; without certificates the server is a plain one. The answer is
%% "port N"; what a server later says about a connection that failed is "N TEXT". The program ends
%% with its standard input.
-mode(compile).

-define(CONNECT, 16#10).
-define(CONNACK, <<16#20, 2, 0, 0>>).

main(_) ->
    {ok, _} = application:ensure_all_started(ssl),
    requests().

requests() ->
    case io:get_line("") of
        eof -> ok;
        Line ->
            Fields = string:split(string:trim(Line), "\t", all),
            Parent = self(),
            spawn_link(fun() -> listen(Fields, Parent) end),
            receive {port, Port} -> io:format("port ~b~n", [Port]) end,
            requests()
    end.

listen([_, "-" | _], Parent) ->
    {ok, Listener} = gen_tcp:listen(0, common()),
    {ok, Port} = inet:port(Listener),
    Parent ! {port, Port},
    accept_plain(Listener);
listen([Version, Cert, Key, CA, Ciphers, ALPN], Parent) ->
    Options = [{versions, [list_to_atom("tlsv" ++ version(Version))]}, {certfile, Cert}, {keyfile, Key}, {log_level, none}]
        ++ [O || CA =/= "-", O <- [{cacertfile, CA}, {verify, verify_peer}, {fail_if_no_peer_cert, true}]]
        ++ [{ciphers, string:split(Ciphers, ":", all)} || Ciphers =/= "-"]
        ++ [{alpn_preferred_protocols, [list_to_binary(ALPN)]} || ALPN =/= "-"],
    {ok, Listener} = ssl:listen(0, common() ++ Options),
    {ok, {_, Port}} = ssl:sockname(Listener),
    Parent ! {port, Port},
    accept(Listener, Port).

version("1.0") -> "1";
version(Version) -> Version.

common() -> [binary, {active, false}, {ip, {127, 0, 0, 1}}, {reuseaddr, true}].

accept(Listener, Port) ->
    {ok, Socket} = ssl:transport_accept(Listener),
    Pid = spawn(fun() -> receive go -> handshake(Socket, Port) end end),
    ok = ssl:controlling_process(Socket, Pid),
    Pid ! go,
    accept(Listener, Port).

handshake(Socket, Port) ->
    case ssl:handshake(Socket, 10000) of
        {ok, Secured} -> serve(ssl, Secured);
        {error, {tls_alert, {Name, Text}}} -> io:format("~b ~s ~s~n", [Port, Name, lists:join(" ", string:lexemes(Text, " \n"))]);
        {error, Reason} -> io:format("~b ~0p~n", [Port, Reason])
    end.

accept_plain(Listener) ->
    {ok, Socket} = gen_tcp:accept(Listener),
    Pid = spawn(fun() -> receive go -> serve(gen_tcp, Socket) end end),
    ok = gen_tcp:controlling_process(Socket, Pid),
    Pid ! go,
    accept_plain(Listener).

%% An MQTT server as far as a test needs one: what does not begin with CONNECT is hung up on.
serve(Module, Socket) ->
    case Module:recv(Socket, 0, 10000) of
        {ok, <<?CONNECT, _/binary>>} ->
            Module:send(Socket, ?CONNACK),
            Module:recv(Socket, 0, 10000);
        _ -> ok
    end,
    Module:close(Socket).
