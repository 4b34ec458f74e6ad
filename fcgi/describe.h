/*
 * Prints the route table, permissions, errors and events as JSON: what OpenAPI, the docs, the dashboard's types and the generated
 * tests are made of.
 */
#ifndef GATEHOUSE_FCGI_DESCRIBE_H
#define GATEHOUSE_FCGI_DESCRIBE_H

#include <stdio.h>

void describe_print(FILE *);

#endif
